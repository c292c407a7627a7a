"""Times of confidential records as others see them."""

from datetime import datetime, time

from app.accounts.models import Role
from app.clock import JINAN_TIME
from tests.support.builders.demands import demand_payload
from tests.support.callers import LogIn
from tests.support.http import create, ok


def test_times_of_a_confidential_record_do_not_tell_what_was_published_with_it(log_in: LogIn) -> None:
    """An owner publishes several records in one go; the hidden one must not stand out by its second."""
    owner, reader = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
    for mode in ("public", "confidential"):
        created = create(owner, "demands", demand_payload(publish_mode=mode))
        seen = ok(reader.get(f"/v1/demands/{created['id']}"))
        exact = ok(owner.get(f"/v1/demands/{created['id']}"))
        if mode == "public":
            assert seen["published_at"] == exact["published_at"]
            assert seen["created_at"] == exact["created_at"]
        else:
            assert datetime.fromisoformat(seen["published_at"]).astimezone(JINAN_TIME).time() == time()
            assert not seen.keys() & {"created_at", "updated_at"}
