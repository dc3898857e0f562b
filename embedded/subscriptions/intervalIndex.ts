// Answers "who reads the range that this key lies in?" without looking at everybody: an interval tree per database
// index. It is what makes one write cost as much as the subscriptions that it affects, not as much as all of them.

/** `from` is included, `to` is not; null has no upper end. Keys are latin1 strings: they compare like their bytes. */
export type Interval = { from: string; to: string | null };

type Node<Owner> = {
  readonly from: string;
  readonly to: string | null;
  /** Many subscriptions read the very same range; they share a node. */
  readonly owners: Set<Owner>;
  /** Heap order on random priorities keeps the tree balanced (a treap). */
  readonly priority: number;
  /** The largest `to` in this subtree; null when one has no upper end. */
  maxTo: string | null;
  left: Node<Owner> | null;
  right: Node<Owner> | null;
};

export class IntervalIndex<Owner> {
  #root: Node<Owner> | null = null;
  #size = 0;

  /** The number of distinct intervals. */
  get size(): number {
    return this.#size;
  }

  add(interval: Interval, owner: Owner): void {
    const existing = this.#find(interval);
    if (existing !== null) {
      existing.owners.add(owner);
      return;
    }
    this.#size += 1;
    this.#root = insert(this.#root, {
      from: interval.from,
      to: interval.to,
      owners: new Set([owner]),
      priority: Math.random(),
      maxTo: interval.to,
      left: null,
      right: null,
    });
  }

  remove(interval: Interval, owner: Owner): void {
    const node = this.#find(interval);
    if (node?.owners.delete(owner) !== true || node.owners.size > 0) return;
    this.#size -= 1;
    this.#root = remove(this.#root, node);
  }

  /** Calls `visit` for each owner of each interval that contains `key`; an owner of several is visited for each. */
  stab(key: string, visit: (owner: Owner) => void): void {
    const waiting: (Node<Owner> | null)[] = [this.#root];
    while (waiting.length > 0) {
      const node = waiting.pop();
      // Nothing in this subtree reaches beyond the key.
      if (node === null || node === undefined || !endsAfter(node.maxTo, key)) continue;
      waiting.push(node.left);
      // Everything to the right starts at or after this node does.
      if (node.from > key) continue;
      if (endsAfter(node.to, key)) for (const owner of node.owners) visit(owner);
      waiting.push(node.right);
    }
  }

  #find(interval: Interval): Node<Owner> | null {
    let node = this.#root;
    while (node !== null) {
      const order = compare(interval, node);
      if (order === 0) return node;
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }
}

function endsAfter(to: string | null, key: string): boolean {
  return to === null || to > key;
}

/** By start, then by end; no upper end is last. */
function compare(a: Interval, b: Interval): number {
  if (a.from !== b.from) return a.from < b.from ? -1 : 1;
  if (a.to === b.to) return 0;
  if (a.to === null) return 1;
  if (b.to === null) return -1;
  return a.to < b.to ? -1 : 1;
}

function insert<Owner>(root: Node<Owner> | null, node: Node<Owner>): Node<Owner> {
  if (root === null) return node;
  if (node.priority > root.priority) {
    [node.left, node.right] = split(root, node);
    return withMaxTo(node);
  }
  if (compare(node, root) < 0) root.left = insert(root.left, node);
  else root.right = insert(root.right, node);
  return withMaxTo(root);
}

/** Everything before `at`, everything after it. */
function split<Owner>(
  root: Node<Owner> | null,
  at: Interval,
): [Node<Owner> | null, Node<Owner> | null] {
  if (root === null) return [null, null];
  if (compare(root, at) < 0) {
    const [before, after] = split(root.right, at);
    root.right = before;
    return [withMaxTo(root), after];
  }
  const [before, after] = split(root.left, at);
  root.left = after;
  return [before, withMaxTo(root)];
}

function remove<Owner>(root: Node<Owner> | null, node: Node<Owner>): Node<Owner> | null {
  if (root === null) return null;
  if (root === node) return join(root.left, root.right);
  if (compare(node, root) < 0) root.left = remove(root.left, node);
  else root.right = remove(root.right, node);
  return withMaxTo(root);
}

function join<Owner>(left: Node<Owner> | null, right: Node<Owner> | null): Node<Owner> | null {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = join(left.right, right);
    return withMaxTo(left);
  }
  right.left = join(left, right.left);
  return withMaxTo(right);
}

function withMaxTo<Owner>(node: Node<Owner>): Node<Owner> {
  let maxTo = node.to;
  for (const child of [node.left, node.right]) {
    if (child !== null && maxTo !== null && endsAfter(child.maxTo, maxTo)) maxTo = child.maxTo;
  }
  node.maxTo = maxTo;
  return node;
}
