"""Tools that take the arguments of their schema alone, and say in Chinese and English what is wrong with others."""

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
    "string": ("应为文字。", "Must be a text."),
    "datetime": (
        "应为带时区的日期时间，如 2027-06-30T08:00:00+08:00。",
        "Must be a date and time with its zone, such as 2027-06-30T08:00:00+08:00.",
    ),
}
_OTHER = ("格式或取值不符合要求。", "The format or value is wrong.")


class Tools(list[Tool]):
    """The tools of a server. Each refuses arguments that its schema does not name, instead of passing them over."""

    def tool(
        self, title: str, annotations: ToolAnnotations
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add the decorated function, under its own name and docstring."""

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            tool = Tool.from_function(function, title=title, annotations=annotations)
            arguments = tool.fn_metadata.arg_model
            arguments.model_config["extra"] = "forbid"
            arguments.model_rebuild(force=True)
            tool.parameters = arguments.model_json_schema(by_alias=True)
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
            raise ToolError(
                f"没有工具“{name}”，可用工具：{known}。 There is no tool '{name}'; there are: {known}."
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
    for error in found.errors(include_url=False, include_input=False):
        context = {**error.get("ctx", {}), "names": names}
        context["expected"] = str(context.get("expected", "")).replace(" or ", ", ")
        kind = error["type"]
        messages = _MESSAGES.get(kind) or _MESSAGES.get(kind.partition("_")[0]) or _OTHER
        path = ".".join(str(part) for part in error["loc"])
        faults.append(f"{path}: " + " ".join(message.format_map(context) for message in messages))
    return "; ".join([WRONG, *faults])
