"""Every small slip of the pen: copies of a function, each with one spot of its syntax tree changed."""

import ast
import copy

ARITHMETIC = {ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult], ast.Pow: [ast.Mult]}
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def mutants(source):
    """Yield (name of the variable that the changed statement computes, mutated source)."""
    tree = ast.parse(source)
    function = tree.body[0]
    names = [a.arg for a in function.args.args + function.args.kwonlyargs]
    names += [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = sorted({n for n in names if n not in ("grad", "example_gradient")})
    seen = {ast.unparse(tree)}
    for index, statement in enumerate(ast.walk(function)):
        if not isinstance(statement, (ast.Assign, ast.Return, ast.If, ast.For)):
            continue
        for target, changed in _changes(tree, index, names):
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text not in seen:
                seen.add(text)
                yield target, text


def _nth(tree, index):
    return list(ast.walk(tree.body[0]))[index]


def _changes(tree, index, names):
    statement = _nth(tree, index)
    if isinstance(statement, ast.Assign):
        changed = copy.deepcopy(tree)
        _replace_statement(changed, _nth(changed, index), ast.Pass())
        yield _target(statement, None), changed
    # Expressions of this statement, not those of statements inside it.
    inside = [n for field in ("value", "test", "iter") if hasattr(statement, field) for n in
              ast.walk(getattr(statement, field))]  # fmt: skip
    positions = {id(n): k for k, n in enumerate(ast.walk(tree.body[0]))}
    for node in inside:
        for k in range(len(list(_variants(node, names)))):
            changed = copy.deepcopy(tree)
            old = _nth(changed, positions[id(node)])
            new = list(_variants(old, names))[k]
            _replace(changed, old, new)
            yield _target(statement, node), changed


def _variants(node, names):
    """The expressions that may stand in place of ``node``."""
    if isinstance(node, ast.BinOp):
        yield node.left
        yield node.right
        for op in ARITHMETIC.get(type(node.op), []):
            yield ast.BinOp(node.left, op(), node.right)
        if isinstance(node.op, (ast.Sub, ast.Div, ast.Pow)):
            yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for name in names:
            if name != node.id:
                yield ast.Name(name, ast.Load())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        for value in (node.value + 1, node.value - 1, -node.value, node.value / 2):
            yield ast.Constant(value)
    elif isinstance(node, ast.Call) and node.args:
        yield from node.args
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare):
        for op in COMPARISONS:
            yield ast.Compare(node.left, [op()], node.comparators)
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
        yield ast.IfExp(node.test, node.orelse, node.body)


def _target(statement, node):
    """What the statement computes; in ``return theta, (t, m)`` the part in which ``node`` stands."""
    if isinstance(statement, ast.Return):
        value = statement.value
        if isinstance(value, ast.Tuple) and isinstance(value.elts[1], ast.Tuple):
            for entry in value.elts[1].elts:
                if node in ast.walk(entry):
                    return entry.id
        return "theta"
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0])
    return ""


class _Swap(ast.NodeTransformer):
    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else super().visit(node)


def _replace(tree, old, new):
    _Swap(old, copy.deepcopy(new)).visit(tree)


def _replace_statement(tree, old, new):
    _Swap(old, new).visit(tree)
