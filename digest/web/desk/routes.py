"""The route table of the desk."""

from digest.web.desk import home, me, sign_in
from digest.web.route import Guard, Route

DESK_ROUTES = (
    # Whoever comes
    Route("GET", "/desk/sign-in", sign_in.show_sign_in, Guard.FORM),
    Route("POST", "/desk/sign-in", sign_in.post_sign_in, Guard.FORM),
    Route("POST", "/desk/sign-out", sign_in.post_sign_out, Guard.SIGNED_IN),
    Route("GET", "/desk/me", me.show_me, Guard.SIGNED_IN),
    Route("POST", "/desk/me", me.change_me, Guard.SIGNED_IN),
    # Editors
    Route("GET", "/desk", home.show_home, Guard.READER),
    # Operators
    # Admins
)
