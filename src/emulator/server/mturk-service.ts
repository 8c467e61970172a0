import { actionOf, CATALOG, isOperation, type Operation } from '../../catalog/mturk.ts';
import { runMturk } from '../account/mturk.ts';
import { jsonService } from './json-protocol.ts';

const TARGET = 'MTurkRequesterServiceV20170117.';

/** Mechanical Turk's requester API on the wire. */
export const MTURK_SERVICE = jsonService<Operation>({
  name: 'mturk-requester',
  operationOf(target) {
    const operation = target.startsWith(TARGET) ? target.slice(TARGET.length) : '';
    return isOperation(operation) ? operation : null;
  },
  permissionOf: actionOf,
  writes: (operation) => CATALOG[operation].level === 'Write',
  run: runMturk,
});
