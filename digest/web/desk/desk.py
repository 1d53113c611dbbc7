"""What a page of the desk is given: who looks at it, and how to answer."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from digest.accounts.sessions import new_secret
from digest.actions.sessions import Viewer
from digest.web.desk.cookies import FORM, SAID, SESSION, drop, keep, read_cookie
from digest.web.desk.navigation import entries_for
from digest.web.site import Here, Site

HOME = "/desk"
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
LONGEST_SAID = 600  # a cookie has room for about 4,000 bytes


@dataclass(frozen=True)
class Desk:
    """One request to the desk."""

    site: Site
    request: Request

    @property
    def viewer(self) -> Viewer:
        """Who is signed in; only for routes whose guard asks for it."""
        viewer: Viewer = self.request.state.viewer
        return viewer

    @property
    def actor(self) -> str:
        """Who acts, for the audit."""
        return self.viewer.actor

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A template that extends ``desk/base.html``, filled with ``values`` and the frame's own:
        ``viewer``, ``may``, ``navigation``, ``form_token``, ``said``, ``zone``."""
        viewer: Viewer | None = getattr(self.request.state, "viewer", None)
        said = self.site.tokens.read_note(read_cookie(self.request, self.site.settings, SAID))
        answer = self.site.pages.page(
            template,
            status=status,
            viewer=viewer,
            navigation=entries_for(viewer, self.request.url.path) if viewer else (),
            form_token=self.site.tokens.form(self._form_secret),
            zone=viewer.timezone if viewer else "UTC",
            **{"said": said, "fault": None} | values,
        )
        answer.headers["Content-Security-Policy"] = CONTENT_POLICY
        # A form posts its origin only where a referrer would go: to our own pages.
        answer.headers["Referrer-Policy"] = "same-origin"
        if said is not None:
            drop(answer, self.site.settings, SAID)
        if viewer is None and not self._sent_form_secret:
            keep(answer, self.site.settings, FORM, self._form_secret)
        return answer

    def part(self, template: str, **values: Any) -> str:
        """A piece of a page, for a script that puts it in its place."""
        return self.site.pages.part(
            template,
            viewer=self.viewer,
            form_token=self.site.tokens.form(self._form_secret),
            zone=self.viewer.timezone,
            **values,
        )

    def redirect(self, path: str, *, said: str | None = None) -> Response:
        """On to another page of the desk after a POST (303), where ``said`` is shown once."""
        answer = RedirectResponse(self.site.pages.base + path, status_code=303)
        if said is not None:
            note = self.site.tokens.note(said[:LONGEST_SAID])
            keep(answer, self.site.settings, SAID, note)
        return answer

    @property
    def _sent_form_secret(self) -> str:
        return read_cookie(self.request, self.site.settings, FORM)

    @cached_property
    def _form_secret(self) -> str:
        """What the form's token is tied to."""
        if getattr(self.request.state, "viewer", None) is not None:
            return read_cookie(self.request, self.site.settings, SESSION)
        return self._sent_form_secret or new_secret()


def _desk(request: Request, site: Here) -> Desk:
    return Desk(site, request)


AtDesk = Annotated[Desk, Depends(_desk)]


def path_of_ours(text: str) -> str:
    """``text`` where it is a path of the desk, else the desk's first page: a link can't lead those
    who sign in to another site."""
    parts = urlsplit(text)
    plain = text.isascii() and text.isprintable() and "\\" not in text
    if not plain or parts.scheme or parts.netloc or ".." in parts.path or "//" in parts.path:
        return HOME
    return text if parts.path == HOME or parts.path.startswith(f"{HOME}/") else HOME


def sign_in_path(request: Request) -> str:
    """The page to sign in on, which leads back to the page that was asked for."""
    if request.method not in {"GET", "HEAD"} or request.url.path == HOME:
        return f"{HOME}/sign-in"
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{HOME}/sign-in?next={quote(asked, safe='/')}"
