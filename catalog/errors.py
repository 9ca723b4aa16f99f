"""What the catalogue refuses."""


class ImportRefused(Exception):
    """The file is not taken as a whole; the text says what was expected."""
