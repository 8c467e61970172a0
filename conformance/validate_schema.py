"""Reads JSON Schemas and documents, both by name, and prints as JSON which schema refuses which document, and where.

Null stands for a document that a schema accepts.
"""

import json
import sys

import fastjsonschema


def refusal(validate, document):
    try:
        validate(document)
        return None
    except fastjsonschema.JsonSchemaValueException as problem:
        return problem.name


given = json.load(sys.stdin)
validators = {name: fastjsonschema.compile(schema, use_default=False) for name, schema in given["schemas"].items()}
print(
    json.dumps(
        {
            name: {of: refusal(validate, document) for of, document in given["documents"].items()}
            for name, validate in validators.items()
        }
    )
)
