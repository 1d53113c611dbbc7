"""Makes the README's pictures of the desk: ``.venv/bin/python docs/images/take_desk.py``.

Of the pictures that the journeys left in ``build/screens``: the upper part, with few colours.
"""

from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
SCREENS = HERE.parents[1] / "build" / "screens"
PICTURES = {"draft.png": "draft-1280.png", "preview.png": "preview-1280.png"}
HEIGHT, COLOURS = 900, 64


def main() -> None:
    for name, screen in PICTURES.items():
        with Image.open(SCREENS / screen) as whole:
            upper = whole.convert("RGB").crop((0, 0, whole.width, min(whole.height, HEIGHT)))
        upper.quantize(COLOURS).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main()
