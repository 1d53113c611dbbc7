"""The route table of the desk."""

from digest.web.desk import accounts, coming, history, home, list_rules, me, sign_in, tokens
from digest.web.route import Guard, Route

DESK_ROUTES = (
    # Whoever comes
    Route("GET", "/desk/sign-in", sign_in.show_sign_in, Guard.FORM),
    Route("POST", "/desk/sign-in", sign_in.post_sign_in, Guard.FORM),
    Route("POST", "/desk/sign-out", sign_in.post_sign_out, Guard.SIGNED_IN),
    Route("GET", "/desk/first", coming.show_first, Guard.FORM),
    Route("POST", "/desk/first", coming.post_first, Guard.FORM),
    Route("GET", "/desk/forgotten", coming.show_forgotten, Guard.FORM),
    Route("POST", "/desk/forgotten", coming.post_forgotten, Guard.FORM),
    Route("GET", "/desk/link/{secret}", coming.show_link, Guard.FORM),
    Route("POST", "/desk/link/{secret}", coming.post_link, Guard.FORM),
    Route("GET", "/desk/me", me.show_me, Guard.SIGNED_IN),
    Route("POST", "/desk/me", me.change_me, Guard.SIGNED_IN),
    Route("POST", "/desk/me/password", me.change_my_password, Guard.SIGNED_IN),
    Route("POST", "/desk/me/sessions/end", me.end_my_other_sessions, Guard.SIGNED_IN),
    Route("GET", "/desk/tokens", tokens.show_tokens, Guard.READER),
    Route("POST", "/desk/tokens", tokens.add_token, Guard.READER),
    Route("POST", "/desk/tokens/{token_id}/revoke", tokens.end_token, Guard.READER),
    # Editors
    Route("GET", "/desk", home.show_home, Guard.READER),
    # Operators
    Route("GET", "/desk/lists/{list_slug}/rules", list_rules.show_rules, Guard.OPERATOR),
    Route("POST", "/desk/lists/{list_slug}/rules", list_rules.save_rules, Guard.OPERATOR),
    Route("GET", "/desk/history", history.show_history, Guard.OPERATOR, whole=True),
    # Admins
    Route("GET", "/desk/accounts", accounts.show_accounts, Guard.ADMIN, whole=True),
    Route("POST", "/desk/accounts", accounts.add_account, Guard.ADMIN, whole=True),
    Route("GET", "/desk/accounts/{account_id}", accounts.show_account, Guard.ADMIN, whole=True),
    Route("POST", "/desk/accounts/{account_id}", accounts.change_account, Guard.ADMIN, whole=True),
    Route(
        "POST",
        "/desk/accounts/{account_id}/state",
        accounts.act_on_account,
        Guard.ADMIN,
        whole=True,
    ),
)
