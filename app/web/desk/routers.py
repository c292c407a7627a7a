"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
