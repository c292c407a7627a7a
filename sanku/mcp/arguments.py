"""Tools that take the arguments of their schema alone, and say in Chinese and English what is wrong with others.

A tool has no argument without a bound: what its schema leaves open is refused when the tool is added.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations
from pydantic import ValidationError

WRONG = "参数不符合要求，未执行任何操作。 Some arguments are wrong; nothing was done."

# Pydantic's error type → what would be right; {…} are values of its error context.
_MESSAGES = {
    "missing": ("此项必填。", "This argument is required."),
    "extra_forbidden": (
        "此工具没有该参数，可用参数：{names}。",
        "The tool has no such argument; it has: {names}.",
    ),
    "literal_error": ("应为以下之一：{expected}。", "Must be one of: {expected}."),
    "int": ("应为整数。", "Must be a whole number."),
    "greater_than_equal": ("应不小于 {ge}。", "Must be {ge} or more."),
    "less_than_equal": ("应不大于 {le}。", "Must be {le} or less."),
    "list": ('应为列表，如 ["新材料"]。', 'Must be a list, such as ["新材料"].'),
    "string_too_long": ("不得超过 {max_length} 字。", "At most {max_length} characters."),
    "too_long": ("不得超过 {max_length} 项。", "At most {max_length} entries."),
    "string": ("应为文字。", "Must be a text."),
    "datetime": (
        "应为带时区的日期时间，如 2027-06-30T08:00:00+08:00。",
        "Must be a date and time with its zone, such as 2027-06-30T08:00:00+08:00.",
    ),
}
_OTHER = ("格式或取值不符合要求。", "The format or value is wrong.")

MOST_FAULTS = 20
"""Faults that a refusal names."""
MOST_NAME = 60
"""Characters of a name of somebody's own that a refusal repeats."""
_BOUNDED = ("enum", "const", "format", "maxLength")


class Tools(list[Tool]):
    """The tools of a server. Each refuses arguments that its schema does not name, instead of passing them over."""

    def tool(
        self, title: str, annotations: ToolAnnotations
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add the decorated function, under its own name and docstring.

        Raises:
            TypeError: one of its arguments may be of any length.
        """

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            tool = Tool.from_function(function, title=title, annotations=annotations)
            arguments = tool.fn_metadata.arg_model
            arguments.model_config["extra"] = "forbid"
            arguments.model_rebuild(force=True)
            tool.parameters = arguments.model_json_schema(by_alias=True)
            for argument, described in tool.parameters.get("properties", {}).items():
                if not _is_bounded(described):
                    raise TypeError(f"the argument {argument} of {tool.name} has no bound")
            self.append(tool)
            return function

        return add


class Server(MCPServer[Any]):
    """A server whose refusals name every wrong argument, in Chinese and English."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> Any:
        """Call a tool.

        Raises:
            ToolError: there is no such tool, the arguments are wrong, or the tool refuses.
        """
        schemas = {tool.name: tool.input_schema for tool in await self.list_tools()}
        if name not in schemas:
            known = ", ".join(schemas)
            sent = name[:MOST_NAME]
            raise ToolError(
                f"没有工具“{sent}”，可用工具：{known}。 There is no tool '{sent}'; there are: {known}."
            )
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(_refusal(error.__cause__, schemas[name])) from error.__cause__
            raise


def _refusal(found: ValidationError, schema: Mapping[str, Any]) -> str:
    names = ", ".join(schema.get("properties", {}))
    faults = []
    errors = found.errors(include_url=False, include_input=False)
    for error in errors[:MOST_FAULTS]:
        context = {**error.get("ctx", {}), "names": names}
        context["expected"] = str(context.get("expected", "")).replace(" or ", ", ")
        kind = error["type"]
        messages = _MESSAGES.get(kind) or _MESSAGES.get(kind.partition("_")[0]) or _OTHER
        path = ".".join(str(part)[:MOST_NAME] for part in error["loc"])
        faults.append(f"{path}: " + " ".join(message.format_map(context) for message in messages))
    if len(errors) > MOST_FAULTS:
        more = len(errors) - MOST_FAULTS
        faults.append(f"另有 {more} 处。 And {more} more.")
    return "; ".join([WRONG, *faults])


def _is_bounded(described: Mapping[str, Any]) -> bool:
    """Whether the schema of a value says how long it may be at most. Objects and lists within lists are not taken, so
    nothing is nested."""
    if "anyOf" in described:
        return all(_is_bounded(one) for one in described["anyOf"])
    match described.get("type"):
        case "string":
            return any(bound in described for bound in _BOUNDED)
        case "array":
            items = described.get("items", {})
            return "maxItems" in described and items.get("type") != "array" and _is_bounded(items)
        case "object":
            return False
        case kind:
            return kind is not None or "enum" in described or "const" in described
