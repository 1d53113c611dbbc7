"""The route table of the desk."""

from digest.web.desk import (
    accounts,
    coming,
    decide,
    edition,
    edition_history,
    history,
    list_rules,
    me,
    preview,
    sign_in,
    today,
    tokens,
)
from digest.web.desk.operator_routes import OPERATOR_ROUTES
from digest.web.route import Guard, Route

BRIEF = "/desk/editions/{edition_id}/briefs/{brief_id}"  # a brief of a draft

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
    Route("GET", "/desk", today.show_today, Guard.READER),
    Route("POST", "/desk/runs/{run_id}/notices/put-away", today.post_put_away, Guard.READER),
    Route("GET", "/desk/lists/{list_slug}/editions", edition_history.show_editions, Guard.READER),
    Route("POST", "/desk/lists/{list_slug}/editions", today.post_edition, Guard.EDITOR),
    Route("GET", "/desk/editions/{edition_id}", edition.show_edition, Guard.READER),
    Route("GET", "/desk/editions/{edition_id}/history", edition_history.show_history, Guard.READER),
    Route("GET", "/desk/editions/{edition_id}/preview", preview.show_preview, Guard.READER),
    Route(
        "POST",
        "/desk/editions/{edition_id}/preview",
        preview.post_reader,
        Guard.OPERATOR,
        shows="an edition as a reader gets it",
    ),
    Route("GET", "/desk/editions/{edition_id}/preview/frame", preview.show_frame, Guard.READER),
    Route("POST", "/desk/editions/{edition_id}/words", edition.post_words, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/sections", edition.post_section, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/briefs", edition.post_put_in, Guard.EDITOR),
    Route("POST", f"{BRIEF}", edition.post_brief, Guard.EDITOR),
    Route("POST", f"{BRIEF}/place", edition.post_place, Guard.EDITOR),
    Route("POST", f"{BRIEF}/take-out", edition.post_take_out, Guard.EDITOR),
    Route("POST", f"{BRIEF}/embargo", decide.post_embargo, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/undo", edition.post_undo, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/redo", edition.post_redo, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/approve", decide.post_approve, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/reject", decide.post_reject, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/withdraw", decide.post_withdraw, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/test", decide.post_test, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/correct", decide.post_correct, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/mark-corrected", decide.post_mark, Guard.EDITOR),
    Route("POST", "/desk/editions/{edition_id}/retract", decide.post_retract, Guard.EDITOR),
    # Operators
    Route("GET", "/desk/lists/{list_slug}/rules", list_rules.show_rules, Guard.OPERATOR),
    Route("POST", "/desk/lists/{list_slug}/rules", list_rules.save_rules, Guard.OPERATOR),
    *OPERATOR_ROUTES,
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
