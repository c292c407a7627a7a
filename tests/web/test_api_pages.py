"""Nothing that the API offers to a person is without a page.

A line of `PAGES` is `METHODS path page`; paths are without `/v1`, pages as in their map, where a page may be an action.
"""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import iter_route_contexts

from app.web.pages import BY_ADDRESS

API = "/v1"

PAGES = """
GET,POST /achievements /desk/achievements/new
GET /achievements/{achievement_id}/feedback /desk/achievements/{number}/wanted
GET /achievements/{achievement_id}/matches /desk/achievements/{number}/matches
GET /achievements/{achievement_id}/matches.pdf /desk/achievements/{number}/matches/report.pdf
GET,PUT /achievements/{achievement_id}/matches/{demand_id}/answer /desk/achievements/{number}/matches/answer
GET /achievements/{record_id} /achievements/{number}
PATCH /achievements/{record_id} /desk/achievements/{number}/edit
DELETE /achievements/{record_id} /desk/achievements/{number}/delete
POST /achievements/{record_id}/approve /bureau/review/{kind}/{number}/approve
POST /achievements/{record_id}/return /bureau/review/{kind}/{number}/return
POST /achievements/{record_id}/submit /desk/achievements/{number}/check
POST /achievements/{record_id}/close /desk/achievements/{number}/close
POST /achievements/{record_id}/restore /desk/achievements/{number}/restore
POST /achievements/{record_id}/withdraw /desk/achievements/{number}/withdraw
POST /achievements/{record_id}/contacts /achievements/{number}/contacts
GET /achievements/{record_id}/versions /desk/achievements/{number}/versions
GET /affiliations /desk/staff
POST /affiliations/{affiliation_id}/consent /desk/staff/consent
POST /affiliations/{affiliation_id}/refuse /desk/staff/consent
GET,POST /api-keys /desk/organisation/keys
DELETE /api-keys/{key_id} /desk/organisation/keys/revoke
POST /assignments/plan /bureau/assignments/new
POST /assignments/run /bureau/assignments/{id}
GET /assignments/runs /bureau/assignments/new
GET /assignments/runs/{run_id} /bureau/assignments/{id}
GET /audit /audit
GET /audit/export /audit/export
GET /audit/verification /audit
POST /auth/accept-invitation /accept-invitation
POST /auth/logout /logout
POST /auth/password-reset /forgot-password
POST /auth/password-reset/confirm /reset-password
POST /auth/passkey /login/passkey
POST /auth/passkey/options /login/passkey/options
POST /auth/second-factor /login
POST /auth/second-factor/passkey /login/code/passkey
POST /auth/second-factor/passkey/options /login/code/passkey/options
POST /auth/token /login
POST /auth/verify-mail /verify-mail
GET,POST /certificates /me/recognition/certificates
GET /certificates/{certificate_id} /me/recognition/certificates
GET,PUT /certificates/{certificate_id}/evidence /me/recognition/certificates/{id}/scan
POST /certificates/{certificate_id}/reject /bureau/certificates/review
POST /certificates/{certificate_id}/revoke /bureau/certificates/review
POST /certificates/{certificate_id}/verify /bureau/certificates/review
GET,POST /channels /account/notices
GET,PATCH,DELETE /channels/{channel_id} /account/notices
POST /channels/{channel_id}/test /account/notices
POST /contest-registrations/{registration_id}/withdraw /contests/{id}/register
GET,POST /contests /bureau/contests
GET,PATCH /contests/{contest_id} /bureau/contests/{id}/edit
POST /contests/{contest_id}/cancel /bureau/contests/{id}
POST /contests/{contest_id}/close /bureau/contests/{id}
POST /contests/{contest_id}/finish /bureau/contests/{id}
POST /contests/{contest_id}/open /bureau/contests/{id}
GET,PUT /contests/{contest_id}/placings /bureau/contests/{id}
GET,POST /contests/{contest_id}/registrations /contests/{id}/register
GET,POST /contracts /contracts/new
GET /contracts/{contract_id} /contracts/{number}
PATCH /contracts/{contract_id} /contracts/{number}/edit
POST /contracts/{contract_id}/amendment/decline /contracts/{number}/decline
POST /contracts/{contract_id}/cancel /contracts/{number}/cancel
GET,POST /contracts/{contract_id}/files /contracts/{number}/file
DELETE /contracts/{contract_id}/files/{file_id} /contracts/{number}/file
GET /contracts/{contract_id}/files/{file_id}/content /contracts/{number}/files/{file}
POST /contracts/{contract_id}/land /bureau/contracts/{id}/land
POST /contracts/{contract_id}/payments/{position}/paid /contracts/{number}/payment
POST /contracts/{contract_id}/register /bureau/contracts/{id}/register
POST /contracts/{contract_id}/shares/confirm /contracts/{number}/shares
POST /contracts/{contract_id}/shares/withdraw /contracts/{number}/shares
POST /contracts/{contract_id}/sign /contracts/{number}/sign
GET /contracts/{contract_id}/versions /contracts/{number}/versions
GET /deliveries /bureau/system/{part}
GET /deliveries/{delivery_id} /bureau/system/{part}
POST /deliveries/{delivery_id}/repeat /desk/organisation/webhooks/{id}/repeat
GET,POST /demands /desk/demands/new
POST /drafts/text /desk/demands/new/suggest
POST /drafts/file /desk/achievements/new/suggest
GET,POST /exports/achievements.{format_} /exports/lists/{name}
GET,POST /exports/demands.{format_} /exports/lists/{name}
GET,POST /exports/managers.{format_} /exports/lists/{name}
GET /exports/contracts.{format_} /exports/lists/{name}
GET /exports/organisations.{format_} /exports/lists/{name}
GET /exports/official/contracts-by-field.xlsx /exports/tables/{name}
GET /exports/official/districts.xlsx /exports/tables/{name}
GET /exports/official/funnel.xlsx /exports/tables/{name}
GET /exports/official/catalogue.xlsx /exports/tables/{name}
GET /exports/official/demand-list.xlsx /exports/tables/{name}
GET /exports/official/managers.xlsx /exports/tables/{name}
POST /demands/check /desk/demands/new/preview
GET /demands/{demand_id}/matches /desk/demands/{number}/matches
GET /demands/{demand_id}/matches.pdf /desk/demands/{number}/matches/report.pdf
GET,PUT /demands/{demand_id}/matches/{achievement_id}/answer /desk/demands/{number}/matches/answer
GET /demands/{record_id} /demands/{number}
PATCH /demands/{record_id} /desk/demands/{number}/edit
DELETE /demands/{record_id} /desk/demands/{number}/delete
POST /demands/{record_id}/approve /bureau/review/{kind}/{number}/approve
POST /demands/{record_id}/return /bureau/review/{kind}/{number}/return
POST /demands/{record_id}/submit /desk/demands/{number}/check
POST /demands/{record_id}/close /desk/demands/{number}/close
POST /demands/{record_id}/restore /desk/demands/{number}/restore
POST /demands/{record_id}/withdraw /desk/demands/{number}/withdraw
POST /demands/{record_id}/contacts /demands/{number}/contacts
GET /demands/{record_id}/versions /desk/demands/{number}/versions
GET /digests /inbox
GET /digests/{digest_id} /inbox
GET /engagement-reviews /bureau/engagement-reviews
GET /engagement-reviews/{review_id} /bureau/engagement-reviews
POST /engagement-reviews/{review_id}/decision /bureau/engagement-reviews/decide
GET /engagements /engagements
GET /engagements/{engagement_id} /engagements/{id}
POST /engagements/{engagement_id}/contacts /engagements/{id}/contacts
GET,POST /engagements/{engagement_id}/files /engagements/{id}/file
DELETE /engagements/{engagement_id}/files/{file_id} /engagements/{id}/file
GET /engagements/{engagement_id}/files/{file_id}/content /engagements/{id}/files/{file}
POST /engagements/{engagement_id}/moves /engagements/{id}/move
POST /engagements/{engagement_id}/notes /engagements/{id}/note
POST /engagements/{engagement_id}/participants /engagements/{id}/invite
POST /engagements/{engagement_id}/participants/{participant_id}/consent /engagements/{id}/consent
POST /engagements/{engagement_id}/participants/{participant_id}/decline /engagements/{id}/refuse
POST /engagements/{engagement_id}/participants/{participant_id}/files/{step} /engagements/{id}/opening
POST /engagements/{engagement_id}/participants/{participant_id}/leave /engagements/{id}/leave
POST /engagements/{engagement_id}/undertakings /engagements/{id}/undertake
GET /engagements/{engagement_id}/reveals /engagements/{id}
PUT /engagements/{engagement_id}/shares /engagements/{id}/shares
POST /engagements/{engagement_id}/shares/confirm /engagements/{id}/shares
GET,POST /engagements/{engagement_id}/tasks /engagements/{id}/task
PATCH /engagements/{engagement_id}/tasks/{task_id} /engagements/{id}/task
GET /engagements/{engagement_id}/timeline /engagements/{id}
GET /events /bureau/system/{part}
POST /events/{event_id}/replay /bureau/system/{part}/replay
GET,POST /filings /me/recognition/filing
GET /filings/pledge /me/recognition/filing
GET,PATCH /filings/{filing_id} /bureau/filings/{id}
POST /filings/{filing_id}/approve /bureau/filings/{id}
POST /filings/{filing_id}/approve-renewal /bureau/filings/{id}
POST /filings/{filing_id}/cancel /bureau/filings/{id}
GET /filings/{filing_id}/moves /bureau/filings/{id}
POST /filings/{filing_id}/renew /me/recognition/filing/submit
POST /filings/{filing_id}/resume /bureau/filings/{id}
POST /filings/{filing_id}/return /bureau/filings/{id}
POST /filings/{filing_id}/return-renewal /bureau/filings/{id}
POST /filings/{filing_id}/submit /me/recognition/filing/submit
POST /filings/{filing_id}/suspend /bureau/filings/{id}
POST /filings/{filing_id}/withdraw /me/recognition/filing/end
GET,POST /imports /desk/import
GET,PUT /imports/headers /desk/import/{id}/columns
GET /imports/templates/{kind} /desk/import/templates/{kind}
GET /imports/{batch_id} /desk/import/{id}
POST /imports/{batch_id}/commit /desk/import/{id}/commit
POST /imports/{batch_id}/marked-file /desk/import/{id}/marked
GET /imports/{batch_id}/rows /desk/import/{id}
PATCH /imports/{batch_id}/rows/{row_id} /desk/import/{id}/row
POST /imports/{batch_id}/undo /desk/import/{id}/undo
GET /inbox /inbox
GET,POST /invitations /desk/organisation/people/invite
DELETE /invitations/{invitation_id} /desk/organisation/people/withdraw
GET /legal-texts/{purpose} /legal-texts/{purpose}
GET /legal-texts/{purpose}/versions /legal-texts/{purpose}
POST /legal-texts/{purpose} /bureau/legal-texts/{purpose}
GET /managers /search
POST /managers /desk/staff/new
GET,PUT /managers/me/preferences /me/preferences
GET /managers/{manager_id}/affiliations /managers/{number}
GET /managers/{manager_id}/certificate-level /managers/{number}
GET /managers/{manager_id}/tier /me/recognition
GET /managers/{manager_id}/tier-changes /me/recognition
POST /managers/{manager_id}/tier/what-if /me/recognition
GET /managers/{manager_id}/training-summary /me/recognition/trainings
PUT /managers/{manager_id}/verified-claims /bureau/review/{kind}/{number}
GET /managers/{record_id} /managers/{number}
PATCH /managers/{record_id} /me/profile
DELETE /managers/{record_id} /me/profile/delete
POST /managers/{record_id}/approve /bureau/review/{kind}/{number}/approve
POST /managers/{record_id}/return /bureau/review/{kind}/{number}/return
POST /managers/{record_id}/submit /me/profile/submit
POST /managers/{record_id}/close /me/profile/close
POST /managers/{record_id}/restore /me/profile/restore
POST /managers/{record_id}/withdraw /me/profile/withdraw
POST /managers/{record_id}/contacts /managers/{number}/contacts
GET /managers/{record_id}/versions /me/profile/versions
GET,POST /match-reports /desk/demands/{number}/matches/report
POST /match-reports/{report_id}/resolve /bureau/reports/resolve
POST /matches/text /try
GET /me /account/profile
POST /me/confirmation /account/confirm
POST /me/confirmation/passkey /account/confirm/passkey
POST /me/confirmation/passkey/options /account/confirm/passkey/options
GET,POST /me/consents /account/consent
DELETE /me/consents /account/consent/withdraw
GET /me/data /account/data/download
POST /me/email /account/profile
POST /me/erasure /account/data/erase
GET,POST /me/passkeys /account/security/passkeys
POST /me/passkeys/options /account/security/passkeys/options
PATCH /me/passkeys/{passkey_id} /account/security/passkeys/rename
DELETE /me/passkeys/{passkey_id} /account/security/passkeys/remove
POST /me/password /account/password
GET,POST,DELETE /me/second-factor /account/security
POST /me/second-factor/confirm /account/security/enable
POST /me/second-factor/recovery-codes /account/security/codes
GET,DELETE /me/sessions /account/devices
DELETE /me/sessions/{session_id} /account/devices/end
GET /models /bureau/system/models
POST /models/rollback /bureau/system/models/rollback
POST /models/{version}/use /bureau/system/models/use
GET /notices /notices
GET,PUT /notices/preferences /account/notices
POST /notices/read /notices/read
POST /notices/{notice_id}/read /notices/read
GET,POST /organisations /bureau/organisations
GET,POST /organisations/duplicates /bureau/duplicates/decide
GET /organisations/duplicates/decisions /bureau/duplicates
POST /organisations/duplicates/{decision_id}/undo /bureau/duplicates/undo
GET,POST /duplicates /bureau/duplicates/records/decide
POST /duplicates/{decision_id}/undo /bureau/duplicates/records/undo
GET,PUT /organisations/me/preferences /desk/organisation/news
GET,PATCH /organisations/{organisation_id} /desk/organisation/profile
POST /organisations/{organisation_id}/verify /bureau/organisations/{id}/verify
GET /owner-digests /desk/news
GET /pairs /bureau/matches/{number}/{other}
GET /pushes /bureau/pushes
POST /pushes/plan /bureau/matches/{number}/{other}/plan
POST /pushes/preview /me/preferences/preview
GET /pushes/stream /inbox/stream
GET /pushes/{push_id} /inbox/{id}
POST /pushes/{push_id}/accept /inbox/{id}/accept
POST /pushes/{push_id}/decline /inbox/{id}/decline
POST /pushes/{push_id}/later /inbox/{id}/postpone
POST /pushes/{push_id}/read /inbox/{id}/read
POST /pushes/{push_id}/undo /inbox/undo
GET /ranking-formula /bureau/rankings/{id}/formula
GET,POST /rankings /bureau/rankings
GET,PATCH /rankings/{ranking_id} /bureau/rankings/{id}/edit
POST /rankings/{ranking_id}/compute /bureau/rankings
GET /rankings/{ranking_id}/places /rankings/{id}
POST /rankings/{ranking_id}/publish /bureau/rankings
GET /recognition-entries/{entry_id} /bureau/rounds/{id}/entries/{entry}
GET /recognition-entries/{entry_id}/certificate.pdf /bureau/rounds/{id}/entries/{entry}/certificate.pdf
POST /recognition-entries/{entry_id}/decide /bureau/rounds/{id}/entries/{entry}
POST /recognition-entries/{entry_id}/review /bureau/rounds/{id}/entries/{entry}/review
POST /recognition-objections/{objection_id}/answer /bureau/rounds/{id}/objections/answer
GET,POST /recognition-rounds /bureau/rounds
GET /recognition-rounds/{round_id} /bureau/rounds/{id}
POST /recognition-rounds/{round_id}/cancel /bureau/rounds/{id}
GET /recognition-rounds/{round_id}/entries /bureau/rounds/{id}
GET /recognition-rounds/{round_id}/export /bureau/rounds/{id}
POST /recognition-rounds/{round_id}/freeze /bureau/rounds/{id}
GET /recognition-rounds/{round_id}/moves /bureau/rounds/{id}
GET,POST /recognition-rounds/{round_id}/objections /bureau/rounds/{id}/objections
POST /recognition-rounds/{round_id}/publish /bureau/rounds/{id}
POST /recognition-rounds/{round_id}/recompute /bureau/rounds/{id}
POST /recognition-rounds/{round_id}/reopen /bureau/rounds/{id}
POST /recognition-rounds/{round_id}/review /bureau/rounds/{id}
GET /recognitions /recognitions
GET /recognitions.pdf /recognitions/{year}/list.pdf
GET /recommendations /desk/demands/{number}/matches/{other}/managers
POST /register /register
POST /register/resend /register/resend
GET /registrations /bureau/organisations
GET /recusals /bureau/recusals
POST /recusals /bureau/recusals
DELETE /recusals/{tie_id} /bureau/recusals
POST /registrations/{registration_id}/confirm /bureau/organisations
GET /statistics/contracts /bureau/statistics/{figure}
GET /statistics/funnel /bureau/statistics/{figure}
GET /statistics/gaps /bureau/statistics/{figure}
GET /statistics/managers /bureau/statistics/{figure}
GET /statistics/pushes /bureau/statistics/{figure}
GET /statistics/stage-times /bureau/statistics/{figure}
GET /statistics/contracts/rows /bureau/statistics/{figure}/rows
GET /statistics/funnel/ended/rows /bureau/statistics/{figure}/rows
GET /statistics/funnel/rows /bureau/statistics/{figure}/rows
GET /statistics/gaps/rows /bureau/statistics/{figure}/rows
GET /statistics/managers/rows /bureau/statistics/{figure}/rows
GET /statistics/pushes/deliveries/rows /bureau/statistics/{figure}/rows
GET /statistics/pushes/rows /bureau/statistics/{figure}/rows
GET /statistics/stage-times/rows /bureau/statistics/{figure}/rows
GET /tasks /tasks
GET /tier-rules /bureau/tiers/config
GET,PATCH /tier-rules/{rule_set_id}/configuration /bureau/tiers/config
GET /tiers /bureau/rounds/{id}
GET,POST /training-bases /bureau/training-bases
GET,PATCH /training-bases/{base_id} /bureau/training-bases/{id}
DELETE /training-bases/{base_id} /bureau/training-bases/{id}/delete
GET,POST /trainings /me/recognition/trainings
GET /trainings/{training_id} /me/recognition/trainings
POST /trainings/{training_id}/reject /bureau/trainings/review
POST /trainings/{training_id}/verify /bureau/trainings/review
GET,POST /users /bureau/users
DELETE /users/{user_id}/second-factor /bureau/users/{id}/factors
GET,PATCH /users/{user_id} /bureau/users/{id}
PUT /users/{user_id}/password /bureau/users/{id}
GET,POST /webhooks /desk/organisation/webhooks
GET /feed/key /bureau/partners/{id}
GET,POST /partner-agreements /bureau/partners/new
GET,PATCH /partner-agreements/{agreement_id} /bureau/partners/{id}/edit
DELETE /partner-agreements/{agreement_id} /bureau/partners/{id}/end
GET,PATCH,DELETE /webhooks/{endpoint_id} /desk/organisation/webhooks/{id}
POST /webhooks/{endpoint_id}/rotate /desk/organisation/webhooks/{id}/rotate
POST /webhooks/{endpoint_id}/test /desk/organisation/webhooks/{id}/test
"""

FOR_PROGRAMS = {
    "POST /auth/refresh": "a page keeps its session in a cookie; there is no token to renew",
    "GET /channels/confirm": "the link of a mail; it answers with a page of its own",
    "POST /channels/confirm": "the button of that page",
    "GET /channels/unsubscribe": "the link of a mail; it answers with a page of its own",
    "POST /channels/unsubscribe": "one click in the mail program (RFC 8058)",
    "GET /notices/count": "the bar of every page has the number",
    "GET /vocabularies": "choices of forms show the terms",
    "GET /vocabularies/{name}": "choices of forms show the terms",
    "GET /feed": "read by the programs of partner platforms",
    "GET /oai-pmh": "harvested by programs",
    "POST /oai-pmh": "harvested by programs",
    "GET /open-data/catalogue": "read by the programs of data portals",
    "GET /training-runs": "a training run is a row of the models' page",
}
"""Route → why nobody misses a page for it."""


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in PAGES.strip().splitlines():
        methods, path, page = line.split()
        for method in methods.split(","):
            route = f"{method} {path}"
            assert route not in found, f"{route} twice"
            found[route] = page
    return found


def _routes(app: Any) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        if str(route.path).startswith(f"{API}/"):
            for method in set(route.methods or ()) - {"HEAD", "OPTIONS"}:
                yield f"{method} {str(route.path).removeprefix(API)}"


def test_every_route_has_a_page_or_a_reason(app: Any) -> None:
    table, routes = _table(), set(_routes(app))
    assert sorted(routes - table.keys() - FOR_PROGRAMS.keys()) == [], "name their pages in PAGES"
    assert sorted((table.keys() | FOR_PROGRAMS.keys()) - routes) == [], "these routes are gone"
    assert sorted(table.keys() & FOR_PROGRAMS.keys()) == []


def test_the_pages_of_the_table_are_built(app: Any) -> None:
    answered = {str(route.path) for route in iter_route_contexts(app.routes)}
    pages = set(_table().values())
    assert sorted(pages - BY_ADDRESS.keys()) == [], "not in the map of pages"
    assert sorted(pages - answered) == [], "not built"
