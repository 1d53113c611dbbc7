"""Words that want to be more than words: ways to run a script or to ask another host (S-04)."""

from itertools import product

from tests.commands import ROOT

_VECTORS = (ROOT / "tests/corpus/hostile.txt").read_text("utf-8").splitlines()
_WAYS_OUT = (  # of where a vector is put
    "",
    '">',
    "'>",
    "</title>",
    "</textarea></style>",
    "</script>",
    "--><![endif]-->",
    "</pre></iframe></noscript>",
    "<svg><desc>",
)

HOSTILE = tuple(out + vector for out, vector in product(_WAYS_OUT, _VECTORS))
assert len(HOSTILE) >= 500
