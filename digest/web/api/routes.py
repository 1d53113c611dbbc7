"""The route table of the API."""

from digest.web.api import (
    campaigns,
    edition_documents,
    editions,
    lists,
    openapi,
    sources,
    subscribers,
)
from digest.web.api.route import API, ApiRoute
from digest.web.route import Guard

READER, EDITOR, OPERATOR = Guard.READER, Guard.EDITOR, Guard.OPERATOR
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
    ApiRoute("PUT", f"{LIST}/cadences/{{stream}}", lists.set_cadence, OPERATOR),
    ApiRoute("GET", f"{LIST}/schedule", lists.show_schedule, READER),
    ApiRoute("GET", f"{LIST}/runs", lists.list_runs, READER),
    ApiRoute(
        "POST", f"{LIST}/runs", lists.start_run, OPERATOR, status=201, answer=lists.RunDocument
    ),
    ApiRoute("GET", f"{API}/runs/{{run_id}}", lists.show_run, READER),
    # Editions
    ApiRoute("GET", f"{LIST}/editions", editions.list_editions, READER),
    ApiRoute("POST", f"{LIST}/editions", editions.build, EDITOR),
    ApiRoute("GET", EDITION, editions.show, READER),
    ApiRoute("GET", f"{EDITION}/findings", editions.check, READER),
    ApiRoute("GET", f"{EDITION}/preview", editions.preview, READER),
    ApiRoute("POST", f"{EDITION}/approve", editions.approve, EDITOR),
    ApiRoute("POST", f"{EDITION}/withdraw", editions.withdraw, EDITOR),
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
    ApiRoute("GET", f"{CAMPAIGN}/deliveries", campaigns.list_deliveries, OPERATOR),
    ApiRoute("POST", f"{CAMPAIGN}/pause", campaigns.pause, OPERATOR),
    ApiRoute("POST", f"{CAMPAIGN}/resume", campaigns.resume, OPERATOR),
    ApiRoute("POST", f"{CAMPAIGN}/cancel", campaigns.cancel, OPERATOR),
    ApiRoute("POST", f"{CAMPAIGN}/resolve", campaigns.resolve, OPERATOR, answer=campaigns.HowMany),
    ApiRoute("POST", f"{CAMPAIGN}/retry", campaigns.retry, OPERATOR, answer=campaigns.HowMany),
    # People
    ApiRoute("GET", f"{LIST}/subscribers", subscribers.list_subscribers, OPERATOR),
    ApiRoute("POST", f"{LIST}/subscribers", subscribers.put_subscriber, OPERATOR),
    ApiRoute("POST", f"{LIST}/subscribers/remove", subscribers.remove_subscriber, OPERATOR),
    ApiRoute("GET", f"{API}/subscribers/{{subscriber_id}}", subscribers.show_timeline, OPERATOR),
    ApiRoute(
        "DELETE", f"{API}/subscribers/{{subscriber_id}}", subscribers.erase, OPERATOR, status=204
    ),
    ApiRoute("GET", f"{API}/suppressions", subscribers.list_suppressions, OPERATOR, whole=True),
    ApiRoute("POST", f"{API}/suppressions", subscribers.suppress, OPERATOR, whole=True, status=204),
    ApiRoute(
        "POST", f"{API}/suppressions/lift", subscribers.lift, OPERATOR, whole=True, status=204
    ),
)
