"""What citizens filed: listed for viewers, opened for officers, each opening recorded."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response

from fleet.access.roles import Role
from fleet.access.secrets import Principal
from fleet.api.access import demand
from fleet.api.messages import Before, Limit, Page, page_of
from fleet.intake import Opened
from fleet.opening import NotFound, Unopened, open_recording, open_submission
from fleet.views import submissions
from fleet.views.reading import reading
from fleet.web.site import Site


def submissions_router(site: Site) -> APIRouter:
    """`/submissions`."""
    made = APIRouter(tags=["submissions"])
    officer = demand(site, Role.OFFICER)

    @made.get("/submissions")
    def list_submissions(before: Before = None, limit: Limit = 100) -> Page[submissions.SubmissionView]:
        """What citizens filed, the newest first, without their words."""
        with reading(site.engine) as connection:
            return page_of(submissions.newest(connection, before=before, limit=limit), limit=limit)

    @made.get("/submissions/{submission}", responses={404: {"description": "No such submission."}})
    def get_submission(submission: str) -> submissions.SubmissionView:
        """One submission, without its words."""
        with reading(site.engine) as connection:
            position = submissions.position_of(connection, submission)
            found = submissions.find(connection, position) if position is not None else None
        if found is None:
            raise HTTPException(404, "no such submission")
        return found

    @made.post(
        "/submissions/{submission}/open",
        responses={404: {"description": "No such submission."}, 409: {"description": "Cannot be opened."}},
    )
    def open_one(submission: str, by: Annotated[Principal, Depends(officer)]) -> Opened:
        """Open a submission (role officer): its words, in the clear. That it was opened is recorded first.

        NIK and telephone numbers in the words are masked but for the role data_officer.
        """
        try:
            return open_submission(
                site.engine, site.intake, submission, by=by.name, now=site.now(),
                unmasked=by.role.includes(Role.DATA_OFFICER),
            )  # fmt: skip
        except NotFound as error:
            raise HTTPException(404, str(error)) from error
        except Unopened as error:
            raise HTTPException(409, str(error)) from error

    @made.post(
        "/submissions/{submission}/recordings/{number}",
        response_class=Response,
        responses={
            200: {"content": {"audio/webm": {}, "image/jpeg": {}}},
            404: {"description": "It has no recording of that number."},
            409: {"description": "Cannot be opened, or has not come whole yet."},
        },
    )
    def open_its_recording(
        submission: str, number: int, by: Annotated[Principal, Depends(officer)]
    ) -> Response:
        """Open a submission's voice note or photo (role officer): `number`, from 1, among its `recordings`.

        That it was opened is recorded first.
        """
        try:
            recording, content = open_recording(
                site.engine, site.intake, submission, number, by=by.name, now=site.now()
            )
        except NotFound as error:
            raise HTTPException(404, str(error)) from error
        except Unopened as error:
            raise HTTPException(409, str(error)) from error
        return Response(content, media_type=recording.media, headers={"cache-control": "no-store"})

    return made
