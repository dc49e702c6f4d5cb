"""The rows of articles, answers and the search, part of the tables in routes.py."""

from handlers import articles, search, search_words, uploads
from handlers.access import Permission as May
from handlers.errors import Changed, KeyReused, NotFound
from server.rows import Route

ROUTES: tuple[Route, ...] = (
    # everybody
    Route("GET", "/api/search", May.ARTICLES_READ, search.find),
    Route("GET", "/api/articles", May.ARTICLES_READ, articles.see),
    Route("GET", "/api/articles/{article_id}", May.ARTICLES_READ, articles.show, errors=(NotFound,)),
    # editors
    Route("GET", "/api/admin/articles", May.ARTICLES_EDIT, articles.see_written),
    Route(
        "POST",
        "/api/admin/articles",
        May.ARTICLES_EDIT,
        articles.make,
        status=201,
        errors=(KeyReused, uploads.PictureGone),
    ),
    Route("GET", "/api/admin/articles/{article_id}", May.ARTICLES_EDIT, articles.edited, errors=(NotFound,)),
    Route(
        "PUT",
        "/api/admin/articles/{article_id}",
        May.ARTICLES_EDIT,
        articles.edit,
        errors=(NotFound, Changed, uploads.PictureGone),
    ),
    Route(
        "DELETE", "/api/admin/articles/{article_id}", May.ARTICLES_EDIT, articles.delete, errors=(NotFound,)
    ),
    Route("GET", "/api/admin/synonyms", May.ARTICLES_EDIT, search_words.see_synonyms),
    Route(
        "POST",
        "/api/admin/synonyms",
        May.ARTICLES_EDIT,
        search_words.make_synonyms,
        status=201,
        errors=(KeyReused,),
    ),
    Route(
        "GET",
        "/api/admin/synonyms/{synonyms_id}",
        May.ARTICLES_EDIT,
        search_words.show_synonyms,
        errors=(NotFound,),
    ),
    Route(
        "PUT",
        "/api/admin/synonyms/{synonyms_id}",
        May.ARTICLES_EDIT,
        search_words.edit_synonyms,
        errors=(NotFound, Changed),
    ),
    Route(
        "DELETE",
        "/api/admin/synonyms/{synonyms_id}",
        May.ARTICLES_EDIT,
        search_words.delete_synonyms,
        errors=(NotFound,),
    ),
    Route("GET", "/api/admin/missed-searches", May.ARTICLES_EDIT, search_words.see_missed),
    Route(
        "DELETE",
        "/api/admin/missed-searches/{missed_id}",
        May.ARTICLES_EDIT,
        search_words.forget_missed,
        errors=(NotFound,),
    ),
)
