"""The one way in which a file is refused as a whole."""

from sources.reasons import sentence


class UnreadableFile(Exception):
    """The whole file can't be used: `code` and `params` are of `reasons.FILE_REASONS`, the message is its sentence."""

    def __init__(self, code: str, **params: str | int | list[str]) -> None:
        self.code, self.params = code, params
        super().__init__(sentence(code, params=params))
