import type { SessionNode, SessionTree } from "../core/history.ts";

/** Sessions under the one that they were forked from, each on a line. */
export function sessionTreeText(tree: SessionTree, shownId: string): string {
  const children = Map.groupBy(tree.sessions, (node) => node.parent_session_id);
  const lines: string[] = [];
  const add = (node: SessionNode, lead: string, below: string) => {
    lines.push(lead + nodeText(node, node.id === shownId));
    const forks = children.get(node.id) ?? [];
    for (const [at, fork] of forks.entries()) {
      const isLast = at === forks.length - 1;
      add(fork, `${below}${isLast ? "└─ " : "├─ "}`, `${below}${isLast ? "   " : "│  "}`);
    }
  };
  const root = tree.sessions.find(({ id }) => id === tree.root_session_id);
  if (root) add(root, "", "");
  return lines.join("\n");
}

function nodeText(node: SessionNode, isShown: boolean): string {
  const count = node.executions === 1 ? "1 execution" : `${node.executions} executions`;
  const from = node.forked_from_execution_id;
  return [
    `${node.id}${isShown ? " *" : ""}`,
    node.status,
    count,
    ...(from === undefined ? [] : [`forked after ${from}`]),
  ].join("  ");
}
