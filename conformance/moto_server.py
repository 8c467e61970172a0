"""Starts moto's server on a free port of 127.0.0.1, with the two things that AWS does to IAM users and moto does not.

The first line on standard output is the port. It ends when its standard input is closed, so that it can never outlive
the run that started it.

What is added to moto, and nothing else:

- permissions boundaries of users. moto reads none in CreateUser and does not know PutUserPermissionsBoundary and
  DeleteUserPermissionsBoundary. Without them a configuration with a boundary never converges, and the shipped
  configuration could not be what is tested. A boundary that names no policy is answered as AWS answers it.
- ListServiceSpecificCredentials, answered with an empty list: the AWS provider asks for them before it deletes a user,
  and an inventory for those of all users at once.
"""

import os
import sys
import threading

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.core.responses import ActionResult, EmptyResult  # noqa: E402
from moto.core.serialize import never_return  # noqa: E402
from moto.iam.exceptions import NotFoundException  # noqa: E402
from moto.iam.models import User  # noqa: E402
from moto.iam.responses import IamResponse  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402


def boundary_of(user):
    arn = getattr(user, "boundary_arn", None)
    if arn is None:
        return None
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


def require_policy(backend, arn):
    if arn not in backend.managed_policies:
        raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")


create_user_without_boundary = IamResponse.create_user


def create_user(self):
    arn = self._get_param("PermissionsBoundary")
    if arn:
        require_policy(self.backend, arn)
    result = create_user_without_boundary(self)
    if arn:
        self.backend.get_user(self._get_param("UserName")).boundary_arn = arn
    return result


def put_user_permissions_boundary(self):
    user = self.backend.get_user(self._get_param("UserName"))
    arn = self._get_param("PermissionsBoundary")
    require_policy(self.backend, arn)
    user.boundary_arn = arn
    return EmptyResult()


def delete_user_permissions_boundary(self):
    user = self.backend.get_user(self._get_param("UserName"))
    if getattr(user, "boundary_arn", None) is None:
        raise NotFoundException(f"User {user.name} does not have a permissions boundary.")
    user.boundary_arn = None
    return EmptyResult()


def list_service_specific_credentials(self):
    if not self._get_param("AllUsers"):
        self.backend.get_user(self._get_param("UserName"))
    return ActionResult({"ServiceSpecificCredentials": []})


def patch():
    User.permissions_boundary = property(boundary_of)
    IamResponse.create_user = create_user
    IamResponse.put_user_permissions_boundary = put_user_permissions_boundary
    IamResponse.delete_user_permissions_boundary = delete_user_permissions_boundary
    IamResponse.list_service_specific_credentials = list_service_specific_credentials
    # AWS's ListUsers returns neither tags nor boundaries.
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER["ListUsersResponse.Users.User.PermissionsBoundary"] = never_return


class QuietHandler(WSGIRequestHandler):
    """HTTP/1.1, as AWS speaks it, and no log of requests."""

    protocol_version = "HTTP/1.1"

    def log(self, type, message, *args):
        pass


def main():
    patch()
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
