"""The route table of the API."""

from digest.web.api import (
    campaigns,
    clicks,
    drafts,
    edition_documents,
    editions,
    lists,
    openapi,
    relays,
    rules,
    segments,
    sources,
    subscribers,
    suppressions,
    tables,
    tokens,
)
from digest.web.api.route import API, ApiRoute
from digest.web.route import Guard

READER, EDITOR, OPERATOR = Guard.READER, Guard.EDITOR, Guard.OPERATOR
ADMIN = Guard.ADMIN
LIST, EDITION = f"{API}/lists/{{list_slug}}", f"{API}/editions/{{edition_id}}"
CAMPAIGN = f"{API}/campaigns/{{campaign_id}}"

API_ROUTES = (
    ApiRoute("GET", f"{API}/openapi.json", openapi.describe, Guard.PUBLIC),
    # Sources and briefs
    ApiRoute("GET", f"{API}/sources", sources.list_sources, READER),
    ApiRoute("POST", f"{API}/sources", sources.add_source, OPERATOR, whole=True, status=201),
    ApiRoute("GET", f"{API}/sources/{{source_slug}}", sources.show_source, READER),
    ApiRoute(
        "PATCH", f"{API}/sources/{{source_slug}}", sources.change_source, OPERATOR, whole=True
    ),
    ApiRoute("GET", f"{API}/briefs", sources.list_briefs, READER),
    ApiRoute("POST", f"{API}/briefs", sources.new_brief, EDITOR, status=201),
    ApiRoute("GET", f"{API}/briefs/{{brief_id}}", sources.show_brief, READER),
    # Lists and runs
    ApiRoute("GET", f"{API}/lists", lists.list_lists, READER),
    ApiRoute("POST", f"{API}/lists", lists.new_list, OPERATOR, whole=True, status=201),
    ApiRoute("GET", LIST, lists.show_list, READER),
    ApiRoute("PATCH", LIST, lists.pause, OPERATOR),
    ApiRoute("GET", f"{LIST}/rules", rules.show_rules, READER),
    ApiRoute("PATCH", f"{LIST}/rules", rules.set_rules, OPERATOR),
    ApiRoute("PUT", f"{LIST}/cadences/{{stream}}", lists.set_cadence, OPERATOR),
    ApiRoute("GET", f"{LIST}/schedule", lists.show_schedule, READER),
    ApiRoute("GET", f"{LIST}/runs", lists.list_runs, READER),
    ApiRoute(
        "POST", f"{LIST}/runs", lists.start_run, OPERATOR, status=201, answer=lists.RunDocument
    ),
    ApiRoute("GET", f"{LIST}/segments", segments.list_segments, OPERATOR),
    ApiRoute("PUT", f"{LIST}/segments/{{name}}", segments.put_segment, OPERATOR),
    ApiRoute("DELETE", f"{LIST}/segments/{{name}}", segments.remove, OPERATOR, status=204),
    ApiRoute("POST", f"{LIST}/segments/count", segments.count, OPERATOR),
    ApiRoute("GET", f"{API}/runs/{{run_id}}", lists.show_run, READER),
    # Editions
    ApiRoute("GET", f"{LIST}/editions", editions.list_editions, READER),
    ApiRoute("POST", f"{LIST}/editions", editions.build, EDITOR),
    ApiRoute("POST", f"{LIST}/one-offs", drafts.one_off, EDITOR, status=201, answer=drafts.Draft),
    ApiRoute("GET", EDITION, editions.show, READER),
    ApiRoute("PATCH", EDITION, drafts.edit_words, EDITOR),
    ApiRoute("POST", f"{EDITION}/briefs", drafts.put_in, EDITOR),
    ApiRoute("PATCH", f"{EDITION}/briefs/{{brief_id}}", drafts.edit_brief, EDITOR),
    ApiRoute("PUT", f"{EDITION}/briefs/{{brief_id}}/place", drafts.place, EDITOR),
    ApiRoute("DELETE", f"{EDITION}/briefs/{{brief_id}}", drafts.take_out, EDITOR),
    ApiRoute("PUT", f"{EDITION}/briefs/{{brief_id}}/embargo", drafts.embargo, EDITOR),
    ApiRoute("POST", f"{EDITION}/undo", drafts.undo, EDITOR),
    ApiRoute("POST", f"{EDITION}/redo", drafts.redo, EDITOR),
    ApiRoute("GET", f"{EDITION}/findings", editions.check, READER),
    ApiRoute("GET", f"{EDITION}/clicks", clicks.show_clicks, READER),
    ApiRoute("GET", f"{EDITION}/preview", editions.preview, READER),
    ApiRoute("POST", f"{EDITION}/approve", editions.approve, EDITOR),
    ApiRoute("POST", f"{EDITION}/reject", drafts.reject, EDITOR),
    ApiRoute("POST", f"{EDITION}/withdraw", editions.withdraw, EDITOR),
    ApiRoute("POST", f"{EDITION}/corrections", drafts.correct, EDITOR, status=201),
    ApiRoute("PUT", f"{EDITION}/mark", drafts.mark, EDITOR),
    ApiRoute("PUT", f"{EDITION}/retracted", drafts.retract, EDITOR),
    ApiRoute(
        "POST", f"{EDITION}/test", editions.test, EDITOR, answer=list[edition_documents.TestReply]
    ),
    ApiRoute(
        "POST",
        f"{EDITION}/send",
        editions.send,
        OPERATOR,
        status=201,
        answer=edition_documents.Scheduled,
    ),
    # Campaigns
    ApiRoute("GET", f"{LIST}/campaigns", campaigns.list_campaigns, READER),
    ApiRoute("GET", CAMPAIGN, campaigns.show_campaign, READER),
    ApiRoute("GET", f"{CAMPAIGN}/audit", campaigns.audit, OPERATOR),
    ApiRoute(
        "GET", f"{CAMPAIGN}/deliveries", campaigns.list_deliveries, OPERATOR, shows="deliveries"
    ),
    ApiRoute("POST", f"{CAMPAIGN}/pause", campaigns.pause, OPERATOR),
    ApiRoute("POST", f"{CAMPAIGN}/resume", campaigns.resume, OPERATOR),
    ApiRoute("POST", f"{CAMPAIGN}/cancel", campaigns.cancel, OPERATOR),
    ApiRoute("PUT", f"{CAMPAIGN}/rate", relays.limit_campaign, OPERATOR),
    ApiRoute("POST", f"{CAMPAIGN}/resolve", campaigns.resolve, OPERATOR, answer=campaigns.HowMany),
    ApiRoute("POST", f"{CAMPAIGN}/retry", campaigns.retry, OPERATOR, answer=campaigns.HowMany),
    # Relays, rates, keys
    ApiRoute("GET", f"{API}/relays", relays.list_relays, OPERATOR, whole=True),
    ApiRoute("PUT", f"{API}/relays/{{relay_name}}", relays.put_relay, ADMIN, whole=True),
    ApiRoute("PATCH", f"{API}/relays/{{relay_name}}", relays.use_relay, OPERATOR, whole=True),
    ApiRoute("PUT", f"{API}/relays/{{relay_name}}/rate", relays.limit_relay, OPERATOR, whole=True),
    ApiRoute("GET", f"{API}/limits", relays.list_limits, OPERATOR, whole=True),
    ApiRoute("PUT", f"{API}/limits/{{domain}}", relays.limit_domain, OPERATOR, whole=True),
    ApiRoute("GET", f"{API}/signing-keys", relays.list_keys, OPERATOR, whole=True),
    ApiRoute("GET", f"{API}/tokens", tokens.list_tokens, READER),
    ApiRoute("DELETE", f"{API}/tokens/{{token_id}}", tokens.revoke, READER, status=204),
    # People
    ApiRoute(
        "GET",
        f"{LIST}/subscribers",
        subscribers.list_subscribers,
        OPERATOR,
        shows="people of a list",
    ),
    ApiRoute("POST", f"{LIST}/subscribers", subscribers.put_subscriber, OPERATOR),
    ApiRoute(
        "POST",
        f"{LIST}/subscribers/import",
        tables.import_table,
        OPERATOR,
        takes=("text/csv", "application/zip"),
    ),
    ApiRoute(
        "GET",
        f"{LIST}/subscribers.csv",
        tables.export_table,
        OPERATOR,
        gives="text/csv",
        shows="people of a list",
    ),
    ApiRoute("POST", f"{LIST}/sign-ups", subscribers.ask_to_join, OPERATOR, status=202),
    ApiRoute("POST", f"{LIST}/subscribers/remove", subscribers.remove_subscriber, OPERATOR),
    ApiRoute(
        "GET",
        f"{API}/subscribers/{{subscriber_id}}",
        subscribers.show_timeline,
        OPERATOR,
        shows="a person",
    ),
    ApiRoute(
        "DELETE", f"{API}/subscribers/{{subscriber_id}}", subscribers.erase, OPERATOR, status=204
    ),
    ApiRoute(
        "POST",
        f"{API}/suppressions/find",
        suppressions.find,
        OPERATOR,
        whole=True,
        shows="suppressed addresses",
    ),
    ApiRoute(
        "GET",
        f"{API}/suppressions",
        suppressions.list_suppressions,
        OPERATOR,
        whole=True,
        shows="suppressed addresses",
    ),
    ApiRoute(
        "POST", f"{API}/suppressions", suppressions.suppress, OPERATOR, whole=True, status=204
    ),
    ApiRoute(
        "POST", f"{API}/suppressions/lift", suppressions.lift, OPERATOR, whole=True, status=204
    ),
)
