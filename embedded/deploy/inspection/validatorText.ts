// Validators for people: as a type to read, and as arguments to start from.

export type Validator =
  | { type: "null" | "number" | "bigint" | "boolean" | "string" | "bytes" | "any" | "commitTs" }
  | { type: "literal"; value: unknown }
  | { type: "id"; tableName: string }
  | { type: "array"; value: Validator }
  | { type: "record"; keys: Validator; values: Field }
  | { type: "object"; value: Record<string, Field> }
  | { type: "union"; value: Validator[] };
type Field = { fieldType: Validator; optional: boolean };

export function validatorText(validator: Validator): string {
  switch (validator.type) {
    case "literal":
      return JSON.stringify(validator.value);
    case "id":
      return `Id<${validator.tableName}>`;
    case "array":
      return `${validatorText(validator.value)}[]`;
    case "record":
      return `Record<${validatorText(validator.keys)}, ${validatorText(validator.values.fieldType)}>`;
    case "object": {
      const fields = Object.entries(validator.value).map(
        ([name, { fieldType, optional }]) =>
          `${name}${optional ? "?" : ""}: ${validatorText(fieldType)}`,
      );
      return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
    }
    case "union":
      return validator.value.map(validatorText).join(" | ");
    case "bigint":
      return "int64";
    default:
      return validator.type;
  }
}

/** The simplest Convex JSON that the validator takes, but for ids, which cannot be made up. */
export function exampleArgs(validator: Validator): unknown {
  switch (validator.type) {
    case "null":
    case "any":
      return validator.type === "any" ? {} : null;
    case "number":
      return 0;
    case "bigint":
    case "commitTs":
      return { $integer: "AAAAAAAAAAA=" };
    case "boolean":
      return false;
    case "string":
    case "id":
      return "";
    case "bytes":
      return { $bytes: "" };
    case "literal":
      return validator.value;
    case "array":
      return [];
    case "record":
      return {};
    case "object":
      return Object.fromEntries(
        Object.entries(validator.value)
          .filter(([, { optional }]) => !optional)
          .map(([name, { fieldType }]) => [name, exampleArgs(fieldType)]),
      );
    case "union":
      return validator.value[0] === undefined ? null : exampleArgs(validator.value[0]);
  }
}
