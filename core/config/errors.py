"""What is wrong with the configuration, for a person who edits a file."""


class ConfigError(Exception):
    """Every problem found, one a line: file, line, key and cure."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
