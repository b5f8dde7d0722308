"""Official files -> tidy tables, with a report of what was left out."""

from ioscore.io.importers.indices import import_fsi
from ioscore.io.importers.result import Imported
from ioscore.io.importers.seizures import import_seizures
from ioscore.io.importers.wgi import import_wgi

__all__ = ["Imported", "import_fsi", "import_seizures", "import_wgi"]
