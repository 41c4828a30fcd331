export { type GenerateOptions, generateTypes, rowTypeName } from './generate.ts';
