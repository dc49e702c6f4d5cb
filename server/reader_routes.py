"""The rows of cards, helpers and bans, part of the tables in routes.py."""

from handlers import bans, cards, helpers, merging, patrons, phone
from handlers.access import Permission as May
from handlers.errors import Changed, KeyReused, NotFound
from server.rows import Limit, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/me/card", May.CARD_OWN, cards.see),
    Route(
        "PUT",
        "/api/me/card",
        May.CARD_OWN,
        cards.bind,
        errors=(
            cards.CardRefused,
            cards.CardLocked,
            cards.CardUnusable,
            cards.CardElsewhere,
            cards.CardHeld,
            phone.PhoneRefused,
        ),
        limit=Limit.BOOKING,
        outside=True,
    ),
    Route("DELETE", "/api/me/card", May.CARD_OWN, cards.unbind),
    Route("POST", "/api/me/card/lost", May.CARD_OWN, cards.report_lost, errors=(NotFound,)),
    Route("GET", "/api/me/bans", May.ME_OWN, bans.mine),
    Route("GET", "/api/me/helpers", May.HELPERS_OWN, helpers.see),
    Route("POST", "/api/me/helpers/invitations", May.HELPERS_OWN, helpers.invite, status=201),
    Route(
        "POST",
        "/api/me/helped",
        May.HELPERS_OWN,
        helpers.accept,
        errors=(
            helpers.HelperCodeRefused,
            helpers.HelperCodeLocked,
            helpers.OwnHelper,
            helpers.TooManyHelpers,
        ),
    ),
    Route("DELETE", "/api/me/helpers/{helper_id}", May.HELPERS_OWN, helpers.end_helper, errors=(NotFound,)),
    Route("DELETE", "/api/me/helped/{helped_id}", May.HELPERS_OWN, helpers.end_helping, errors=(NotFound,)),
    # staff
    Route("POST", "/api/admin/patrons/find", May.PATRONS_READ, patrons.find),
    Route("GET", "/api/admin/patrons/{patron_id}", May.PATRONS_READ, patrons.see, errors=(NotFound,)),
    Route(
        "POST", "/api/admin/patrons/{patron_id}/unlock", May.PATRONS_READ, patrons.unlock, errors=(NotFound,)
    ),
    Route(
        "POST", "/api/admin/patrons/{patron_id}/lost", May.PATRONS_READ, patrons.mark_lost, errors=(NotFound,)
    ),
    Route(
        "PUT", "/api/admin/patrons/{patron_id}", May.PATRONS_EDIT, patrons.edit, errors=(NotFound, Changed)
    ),
    Route(
        "DELETE",
        "/api/admin/patrons/{patron_id}/binding",
        May.PATRONS_EDIT,
        patrons.end_binding,
        errors=(NotFound,),
    ),
    Route("GET", "/api/admin/readers/{reader_id}", May.PATRONS_READ, patrons.see_reader, errors=(NotFound,)),
    Route(
        "POST",
        "/api/admin/readers/{reader_id}/bans",
        May.PATRONS_EDIT,
        bans.ban,
        status=201,
        errors=(NotFound, KeyReused),
    ),
    Route(
        "GET",
        "/api/admin/readers/{stays_id}/merging",
        May.PATRONS_EDIT,
        merging.show,
        errors=(NotFound, merging.MergeRefused),
    ),
    Route(
        "POST",
        "/api/admin/readers/{stays_id}/merging",
        May.PATRONS_EDIT,
        merging.merge,
        errors=(NotFound, KeyReused, merging.MergeRefused, merging.MergeChanged),
    ),
    Route("POST", "/api/admin/bans/{ban_id}/lift", May.PATRONS_EDIT, bans.lift, errors=(NotFound,)),
    Route("GET", "/api/admin/reader-groups", May.PATRONS_READ, patrons.groups),
    Route("PUT", "/api/admin/reader-groups/{code}", May.PATRONS_EDIT, patrons.save_group),
)
