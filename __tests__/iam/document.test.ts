import fc from 'fast-check';
import { MANAGED_POLICIES } from '../../src/catalog/managed-policies.ts';
import { parsePolicyDocument } from '../../src/iam/document.ts';
import { boundaryPolicy, limitsPolicy, rolePolicy } from '../../src/team/documents.ts';
import { member, sampleTeam } from '../support/sample-team.ts';

const STATEMENT = { Effect: 'Allow', Action: 'mechanicalturk:GetHIT', Resource: '*' };

function parse(statement: unknown, rest: object = { Version: '2012-10-17' }) {
  return parsePolicyDocument(JSON.stringify({ ...rest, Statement: statement }));
}

describe('well-formed', () => {
  test.each<[what: string, statement: unknown, rest?: object]>([
    ['a statement', [STATEMENT]],
    ['a single statement', STATEMENT],
    ['no version', [STATEMENT], {}],
    ['the older version and an id', [STATEMENT], { Version: '2008-10-17', Id: 'some words' }],
    ['NotAction and NotResource', [{ Effect: 'Deny', NotAction: ['iam:*'], NotResource: ['arn:aws:s3:::b/*'] }]],
    ['statements without a Sid', [STATEMENT, STATEMENT]],
    [
      'statements with an empty Sid',
      [
        { ...STATEMENT, Sid: '' },
        { ...STATEMENT, Sid: '' },
      ],
    ],
    ['a Sid', [{ ...STATEMENT, Sid: 'ResultsRead1' }]],
    ['an unknown action of a service', [{ ...STATEMENT, Action: 'mechanicalturk:GrantBonus' }]],
    ['conditions', [{ ...STATEMENT, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }]],
    ['an unknown operator', [{ ...STATEMENT, Condition: { Frobnicates: { a: ['b'] } } }]],
  ])('%s', (...[, statement, rest]) => {
    expect(parse(statement, rest)).not.toBeNull();
  });

  test('numbers and booleans in conditions become the text that IAM compares', () => {
    const condition = { Bool: { 'aws:SecureTransport': true }, NumericLessThan: { a: [1, 2] } };
    expect(parse({ ...STATEMENT, Condition: condition })?.Statement).toEqual([
      { ...STATEMENT, Condition: { Bool: { 'aws:SecureTransport': 'true' }, NumericLessThan: { a: ['1', '2'] } } },
    ]);
  });

  test('every document that this project writes', () => {
    const documents = [
      ...sampleTeam.roles.map((each) => rolePolicy(each, ['pay:bonus'])),
      limitsPolicy(member({ key: 'x', until: '2027-05-31', suspended: true })),
      boundaryPolicy(sampleTeam),
      ...Object.values(MANAGED_POLICIES),
    ];
    for (const document of documents) expect(parsePolicyDocument(JSON.stringify(document))).toEqual(document);
  });
});

describe('malformed', () => {
  test.each<[what: string, text: string]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['a character outside the alphabet', JSON.stringify({ Statement: STATEMENT, Id: '李' })],
  ])('%s', (_what, text) => {
    expect(parsePolicyDocument(text)).toBeNull();
  });

  test.each<[what: string, statement: unknown, rest?: object]>([
    ['no statements', []],
    ['a statement that is none', ['x']],
    ['a version that does not exist', [STATEMENT], { Version: '2020-01-01' }],
    ['a key that does not exist', [STATEMENT], { Comment: 'x' }],
    ['a key of a statement that does not exist', [{ ...STATEMENT, Comment: 'x' }]],
    ['a principal', [{ ...STATEMENT, Principal: '*' }]],
    ['no effect', [{ Action: '*', Resource: '*' }]],
    ['an effect in the wrong case', [{ ...STATEMENT, Effect: 'allow' }]],
    ['no action', [{ Effect: 'Allow', Resource: '*' }]],
    ['an empty list of actions', [{ ...STATEMENT, Action: [] }]],
    ['Action and NotAction', [{ ...STATEMENT, NotAction: 'iam:*' }]],
    ['an action without a service', [{ ...STATEMENT, Action: 'GetHIT' }]],
    ['an action that is no text', [{ ...STATEMENT, Action: [1] }]],
    ['no resource', [{ Effect: 'Allow', Action: '*' }]],
    ['Resource and NotResource', [{ ...STATEMENT, NotResource: '*' }]],
    ['a resource that is no ARN', [{ ...STATEMENT, Resource: 'user/bo' }]],
    ['a Sid with a colon', [{ ...STATEMENT, Sid: 'results:read' }]],
    [
      'the same Sid twice',
      [
        { ...STATEMENT, Sid: 'A' },
        { ...STATEMENT, Sid: 'A' },
      ],
    ],
    ['a condition that is a list', [{ ...STATEMENT, Condition: [] }]],
    ['a condition without a key', [{ ...STATEMENT, Condition: { Bool: 'true' } }]],
    ['a condition whose value is an object', [{ ...STATEMENT, Condition: { Bool: { a: {} } } }]],
    ['an Id that is a number', [STATEMENT], { Id: 1 }],
  ])('%s', (...[, statement, rest]) => {
    expect(parse(statement, rest)).toBeNull();
  });

  test('whatever the text, the answer is a document or null', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const document = parsePolicyDocument(text);
        expect(document === null || typeof document === 'object').toBe(true);
      }),
    );
  });
});
