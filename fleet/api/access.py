"""Who asks the API: a bearer token gives a role."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from fleet.access.roles import Role
from fleet.access.secrets import Principal, Use, principal_of
from fleet.views.reading import reading
from fleet.web.site import Site

_bearer = HTTPBearer(auto_error=False, description="A token made with `fleet token new`.")


def demand(site: Site, role: Role) -> Callable[..., Principal]:
    """A dependency: the principal, if its role includes `role`; else 401 or 403."""

    def principal(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Principal:
        found: Principal | None = None
        if credentials is not None:
            with reading(site.engine) as connection:
                found = principal_of(connection, credentials.credentials, use=Use.TOKEN, now=site.now())
        if found is None:
            raise HTTPException(
                401,
                "a token in force is needed (Authorization: Bearer ...)",
                headers={"www-authenticate": "Bearer"},
            )
        if not found.role.includes(role):
            raise HTTPException(403, f"the token's role is {found.role}; {role} is needed")
        return found

    return principal
