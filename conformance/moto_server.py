"""Starts moto's server on a free port of 127.0.0.1, with the three things that AWS does and moto does not.

The first line on standard output is the port. With a directory that holds certificate.pem and key.pem, a second one
follows, of the same account over TLS. It ends when its standard input is closed, so that it can never outlive the run
that started it.

What is added to moto, and nothing else:

- permissions boundaries of users. moto reads none in CreateUser and does not know PutUserPermissionsBoundary and
  DeleteUserPermissionsBoundary. Without them a configuration with a boundary never converges, and the shipped
  configuration could not be what is tested. A boundary that names no policy is answered as AWS answers it.
- ListServiceSpecificCredentials, answered with an empty list: the AWS provider asks for them before it deletes a user,
  and an inventory for those of all users at once.
- the condition aws:SecureTransport of a bucket's policy. moto decides by the Deny of such a statement whatever the
  request came over: it takes a condition that does not hold for a denial.
"""

import json
import os
import sys
import threading

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from flask import request  # noqa: E402
from moto.core.responses import ActionResult, EmptyResult  # noqa: E402
from moto.core.serialize import never_return  # noqa: E402
from moto.iam.access_control import IAMPolicy  # noqa: E402
from moto.iam.exceptions import NotFoundException  # noqa: E402
from moto.iam.models import User  # noqa: E402
from moto.iam.responses import IamResponse  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from moto.s3.models import FakeBucket  # noqa: E402
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


def about_transport(statements, transport):
    """The statements without those of another transport, and without the condition that this one meets."""
    for statement in statements:
        wanted = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
        if wanted is None:
            yield statement
        elif wanted == transport:
            yield {name: value for name, value in statement.items() if name != "Condition"}


permission_by_policy = FakeBucket.get_permission


def get_permission(self, action, resource):
    if self.policy is None:
        return permission_by_policy(self, action, resource)
    document = json.loads(self.policy.decode())
    transport = "true" if request.is_secure else "false"
    document["Statement"] = list(about_transport(document["Statement"], transport))
    return IAMPolicy(json.dumps(document)).is_action_permitted(action, resource)


def patch():
    User.permissions_boundary = property(boundary_of)
    IamResponse.create_user = create_user
    IamResponse.put_user_permissions_boundary = put_user_permissions_boundary
    IamResponse.delete_user_permissions_boundary = delete_user_permissions_boundary
    IamResponse.list_service_specific_credentials = list_service_specific_credentials
    FakeBucket.get_permission = get_permission
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
    servers = [make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)]
    if len(sys.argv) > 1:
        pair = tuple(os.path.join(sys.argv[1], name) for name in ("certificate.pem", "key.pem"))
        over_tls = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler, ssl_context=pair)
        servers.append(over_tls)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.port, flush=True)
    sys.stdin.read()
    for server in servers:
        server.shutdown()


if __name__ == "__main__":
    main()
