"""What tables can be imported as."""

from collections.abc import Mapping
from typing import Any, Final

from handlers.import_articles import Articles
from handlers.import_cards import Cards
from handlers.import_targets import Importer
from models.imports import Target

IMPORTERS: Final[Mapping[Target, Importer[Any, Any]]] = {Target.CARDS: Cards(), Target.ARTICLES: Articles()}
