// A plugin of StrykerJS: what a schema says of itself in the API's documentation is no rule, and has no test.

/** @typedef {{ type: string, callee?: { property?: { name?: string } } }} Node */

/** @param {{ node: Node, parent?: Node | null }} path */
function shouldIgnore({ node, parent }) {
  const isOfMeta = parent?.type === 'CallExpression' && parent.callee?.property?.name === 'meta';
  return isOfMeta && node.type === 'ObjectExpression' ? 'documentation of a schema' : undefined;
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'documentation', value: { shouldIgnore } }];
