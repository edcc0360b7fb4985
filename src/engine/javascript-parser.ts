import { Parser as Acorn } from "acorn";
import { countPiece } from "./host-memory.ts";

/** The steps of the parser that its types leave out. */
interface Steps {
  nextToken(): void;
  readEscapedChar(inTemplate: boolean): string;
  regexp_alternative(state: unknown): void;
  regexp_groupSpecifier(state: unknown): void;
}

const Base = Acorn as unknown as new (...args: unknown[]) => Steps;

/** acorn, which looks at the memory while it reads: a token, or a part of one, is a piece of the tree. */
class CountingParser extends Base {
  override nextToken(): void {
    countPiece();
    super.nextToken();
  }

  override readEscapedChar(inTemplate: boolean): string {
    countPiece();
    return super.readEscapedChar(inTemplate);
  }

  override regexp_alternative(state: unknown): void {
    countPiece();
    super.regexp_alternative(state);
  }

  override regexp_groupSpecifier(state: unknown): void {
    countPiece();
    super.regexp_groupSpecifier(state);
  }
}

/** The ES module of acorn, which the TypeScript plugin extends: by `require` there would be two. */
export const Parser = CountingParser as unknown as typeof Acorn;
