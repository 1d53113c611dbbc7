"""The routes of those who schedule, watch and prove; part of the desk's route table."""

from digest.web.desk import (
    campaign_events,
    campaigns,
    clicks_page,
    feedback,
    health_page,
    imports,
    numbers_page,
    people,
    relays,
    schedule,
    segments,
    suppressions,
)
from digest.web.route import Guard, Route

_LIST = "/desk/schedule/{list_slug}"
_PEOPLE = "/desk/lists/{list_slug}/import"
_IMPORT = "/desk/imports/{import_id}"
_PARTS = "/desk/lists/{list_slug}/segments"
_OFF = "/desk/suppressions"
_BACK = "/desk/feedback/{event_id}"
_CAMPAIGN = "/desk/campaigns/{campaign_id}"

OPERATOR_ROUTES = (
    Route("GET", "/desk/schedule", schedule.show_schedule, Guard.READER),
    Route("GET", _LIST, schedule.show_list_schedule, Guard.READER),
    Route("POST", f"{_LIST}/cadence", schedule.post_cadence, Guard.OPERATOR),
    Route("POST", f"{_LIST}/ping", schedule.post_ping, Guard.OPERATOR),
    Route("POST", f"{_LIST}/zone", schedule.post_zone, Guard.OPERATOR),
    Route("POST", f"{_LIST}/quiet-hours", schedule.post_quiet_hours, Guard.OPERATOR),
    Route("POST", f"{_LIST}/pause", schedule.post_pause, Guard.OPERATOR),
    Route("POST", f"{_LIST}/resume", schedule.post_resume, Guard.OPERATOR),
    Route("POST", f"{_LIST}/run", schedule.post_run, Guard.OPERATOR),
    Route("GET", "/desk/editions/{edition_id}/clicks", clicks_page.show_clicks, Guard.READER),
    Route("GET", "/desk/campaigns", campaigns.show_campaigns, Guard.READER),
    Route("GET", _CAMPAIGN, campaigns.show_campaign, Guard.READER),
    Route("GET", f"{_CAMPAIGN}/events", campaign_events.follow_events, Guard.READER),
    Route("GET", f"{_CAMPAIGN}/audit", campaigns.show_audit, Guard.OPERATOR),
    Route("POST", f"{_CAMPAIGN}/pause", campaigns.post_pause, Guard.OPERATOR),
    Route("POST", f"{_CAMPAIGN}/resume", campaigns.post_resume, Guard.OPERATOR),
    Route("POST", f"{_CAMPAIGN}/override", campaigns.post_override, Guard.OPERATOR),
    Route("POST", f"{_CAMPAIGN}/cancel", campaigns.post_cancel, Guard.OPERATOR),
    Route("POST", f"{_CAMPAIGN}/retry", campaigns.post_retry, Guard.OPERATOR),
    Route("POST", f"{_CAMPAIGN}/resolve", campaigns.post_resolve, Guard.OPERATOR),
    Route("POST", f"{_CAMPAIGN}/rate", campaigns.post_rate, Guard.OPERATOR),
    Route("GET", "/desk/relays", relays.show_relays, Guard.OPERATOR, whole=True),
    Route("POST", "/desk/relays", relays.post_address, Guard.ADMIN, whole=True),
    Route("POST", "/desk/relays/use", relays.post_use, Guard.OPERATOR, whole=True),
    Route("POST", "/desk/relays/rate", relays.post_rate, Guard.OPERATOR, whole=True),
    Route("POST", "/desk/relays/domain", relays.post_domain_rate, Guard.OPERATOR, whole=True),
    Route("GET", _PARTS, segments.show_segments, Guard.OPERATOR),
    Route("POST", _PARTS, segments.post_segment, Guard.OPERATOR),
    Route("POST", f"{_PARTS}/count", segments.post_count, Guard.OPERATOR),
    Route("POST", f"{_PARTS}/remove", segments.post_remove, Guard.OPERATOR),
    Route("GET", "/desk/people", people.show_people, Guard.OPERATOR),
    Route(
        "POST",
        "/desk/people",
        people.find_person,
        Guard.OPERATOR,
        shows="whether an address is known",
    ),
    Route("GET", "/desk/people/{subscriber_id}", people.show_one, Guard.OPERATOR, shows="a person"),
    Route("POST", "/desk/deliveries/{delivery_id}/copy", people.post_copy, Guard.OPERATOR),
    Route("GET", _PEOPLE, imports.show_imports, Guard.OPERATOR),
    Route("POST", _PEOPLE, imports.post_table, Guard.OPERATOR),
    Route("GET", _IMPORT, imports.show_import, Guard.OPERATOR, shows="an uploaded table"),
    Route("POST", f"{_IMPORT}/start", imports.post_start, Guard.OPERATOR),
    Route(
        "GET", f"{_IMPORT}/rejects", imports.export_rejects, Guard.OPERATOR, shows="rejected rows"
    ),
    Route(
        "GET",
        _OFF,
        suppressions.show_suppressions,
        Guard.OPERATOR,
        whole=True,
        shows="suppressed addresses",
    ),
    Route("POST", _OFF, suppressions.add_suppression, Guard.OPERATOR, whole=True),
    Route(
        "POST",
        f"{_OFF}/search",
        suppressions.search_suppressions,
        Guard.OPERATOR,
        whole=True,
        shows="suppressed addresses",
    ),
    Route("POST", f"{_OFF}/remove", suppressions.remove_suppression, Guard.OPERATOR, whole=True),
    Route("POST", f"{_OFF}/import", suppressions.post_lines, Guard.OPERATOR, whole=True),
    Route(
        "GET",
        f"{_OFF}.csv",
        suppressions.export,
        Guard.OPERATOR,
        whole=True,
        shows="suppressed addresses",
    ),
    Route(
        "GET",
        "/desk/feedback",
        feedback.show_feedback,
        Guard.OPERATOR,
        whole=True,
        shows="what came back",
    ),
    Route("POST", f"{_BACK}/accept", feedback.post_accept, Guard.OPERATOR, whole=True),
    Route("POST", f"{_BACK}/undo", feedback.post_undo, Guard.OPERATOR, whole=True),
    Route("GET", "/desk/numbers", numbers_page.show_numbers, Guard.READER),
    Route("GET", "/desk/numbers/{name}.csv", numbers_page.export_numbers, Guard.READER),
    Route("GET", "/desk/health", health_page.show_health, Guard.OPERATOR, whole=True),
)
