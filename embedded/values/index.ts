// Everything about Convex values that needs no database: order, keys, ids, sizes, texts, validators.
export { type JSONValue, type JSONObject, isJSONObject, textOf } from "./json.ts";
export { compareValues, compareUtf8 } from "./order.ts";
export {
  encodeIndexKey,
  keyAfterValues,
  successorOfPrefix,
  successorOfKey,
  compareKeys,
} from "./indexKey.ts";
export { encodeId, decodeId, INTERNAL_ID_LENGTH } from "./id.ts";
export { isObjectValue } from "./json.ts";
export { valueSize, valueNesting } from "./size.ts";
export { endOfString, isDeeperThan, MAX_JSON_LEVELS } from "./jsonText.ts";
export { lengthProblem, MAX_ARRAY_LENGTH, MAX_OBJECT_FIELDS } from "./lengths.ts";
export { formatValue } from "./format.ts";
export {
  type ValidatorJSON,
  type TableNames,
  validateValue,
  validatorToString,
} from "./validator.ts";
export { encodeTs, decodeTs } from "./timestamp.ts";
export { isIdentifier } from "./identifier.ts";
