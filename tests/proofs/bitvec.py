"""Functions of the kernel as formulas over bit-vectors.

clang compiles C to its intermediate language, and what a function of numbers returns is read off
that, instruction by instruction. There are no loops and no memory in what is read: clang has
computed them away, or the function is refused.
"""

import re
import subprocess

import z3

CLANG = ["clang", "-std=gnu11", "-ffreestanding", "-O2", "-Ikernel", "-S", "-emit-llvm", "-o", "-"]

BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << b,
    "lshr": z3.LShR,
    "ashr": lambda a, b: a >> b,
}
SHIFTS = ("shl", "lshr", "ashr")
COMPARE = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ult": z3.ULT,
    "ule": z3.ULE,
    "ugt": z3.UGT,
    "uge": z3.UGE,
    "slt": lambda a, b: a < b,
    "sle": lambda a, b: a <= b,
    "sgt": lambda a, b: a > b,
    "sge": lambda a, b: a >= b,
}
STRUCT_PAGE = 16  # bytes; mm/page.h asserts it


def width(kind):
    """Bits of a type of the intermediate language; pointers are numbers."""
    if kind.endswith("*"):
        return 64
    return int(re.fullmatch(r"i(\d+)", kind)[1])


def leading_zeros(value):
    """How many; all for 0."""
    bits = value.size()
    count = z3.BitVecVal(bits, bits)
    for bit in range(bits):
        count = z3.If(z3.Extract(bit, bit, value) == 1, z3.BitVecVal(bits - 1 - bit, bits), count)
    return count


def trailing_zeros(value):
    """How many; all for 0."""
    bits = value.size()
    count = z3.BitVecVal(bits, bits)
    for bit in reversed(range(bits)):
        count = z3.If(z3.Extract(bit, bit, value) == 1, z3.BitVecVal(bit, bits), count)
    return count


class Function:
    """One function: call it with bit-vectors to get its result as one.

    After the call `defined` holds what must be true for the result to mean anything: that shifts
    are shorter than their operands, and the count of zeros is not asked of 0.
    """

    def __init__(self, name, parameters, body):
        self.name = name
        self.parameters = parameters  # (type, name)
        self.body = body
        self.defined = []

    def __call__(self, *arguments):
        assert len(arguments) == len(self.parameters), self.name
        self.defined = []
        values = {
            name: z3.Extract(width(kind) - 1, 0, given) if width(kind) < given.size() else given
            for (kind, name), given in zip(self.parameters, arguments)
        }
        for line in self.body:
            result = self._step(line, values)
            if result is not None:
                return result
        raise ValueError(f"{self.name}: no return")

    def _operand(self, text, kind, values):
        text = text.strip()
        if text.startswith("%"):
            return values[text]
        named = {"true": 1, "false": 0, "null": 0}
        return z3.BitVecVal(named[text] if text in named else int(text), width(kind))

    def _step(self, line, values):
        done = re.fullmatch(r"ret (\S+) (\S+)", line)
        if done:
            return self._operand(done[2], done[1], values)
        name, _, text = line.partition(" = ")
        values[name] = self._value(text, values)
        return None

    def _value(self, text, values):
        for rule, method in self._RULES:
            match = re.fullmatch(rule, text)
            if match:
                return method(self, match, values)
        raise ValueError(f"{self.name}: not a plain computation: {text}")

    def _binary(self, match, values):
        a = self._operand(match[3], match[2], values)
        b = self._operand(match[4], match[2], values)
        if match[1] in SHIFTS:
            self.defined.append(z3.ULT(b, a.size()))
        return BINARY[match[1]](a, b)

    def _compare(self, match, values):
        a = self._operand(match[3], match[2], values)
        b = self._operand(match[4], match[2], values)
        return z3.If(COMPARE[match[1]](a, b), z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))

    def _select(self, match, values):
        condition = self._operand(match[1], "i1", values)
        yes = self._operand(match[3], match[2], values)
        no = self._operand(match[4], match[2], values)
        return z3.If(condition == 1, yes, no)

    def _convert(self, match, values):
        value = self._operand(match[3], match[2], values)
        more = width(match[4]) - value.size()
        if more < 0:
            return z3.Extract(width(match[4]) - 1, 0, value)
        return z3.SignExt(more, value) if match[1] == "sext" else z3.ZeroExt(more, value)

    def _count(self, match, values):
        value = self._operand(match[3], match[2], values)
        if match[4] == "true":
            self.defined.append(value != 0)
        return leading_zeros(value) if match[1] == "ctlz" else trailing_zeros(value)

    def _smaller(self, match, values):
        a = self._operand(match[3], match[2], values)
        b = self._operand(match[4], match[2], values)
        return z3.If(z3.ULT(a, b) if match[1] == "umin" else z3.UGT(a, b), a, b)

    def _element(self, match, values):
        base = self._operand(match[1], "i64", values)
        return base + self._operand(match[2], "i64", values) * STRUCT_PAGE

    _RULES = (
        (r"(add|sub|mul|and|or|xor|shl|lshr|ashr)(?: nuw| nsw| exact)* (\S+) (\S+), (\S+)", _binary),
        (r"icmp (\w+) (\S+) (\S+), (\S+)", _compare),
        (r"select i1 (\S+), (\S+) (\S+), \S+ (\S+)", _select),
        (r"(zext|sext|trunc|ptrtoint|inttoptr) (\S+) (\S+) to (\S+)", _convert),
        (r"call \w+ @llvm\.(ctlz|cttz)\.\w+\((\w+) (\S+), i1 (true|false)\)", _count),
        (r"call \w+ @llvm\.(umin|umax)\.\w+\((\w+) (\S+), \w+ (\S+)\)", _smaller),
        (
            r"getelementptr inbounds %struct\.page, %struct\.page\* (\S+), i64 (\S+)",
            _element,
        ),
    )


def plain(line):
    """An instruction without its attributes."""
    line = re.sub(r"( #\d+)?(, !\w+ !\d+)*$", "", line.strip())
    return re.sub(r"^(%\S+ = )?(tail |notail )?", r"\1", line)


def functions(source, root):
    """The functions of a C file that are not static, by name."""
    code = subprocess.run(
        [*CLANG, source], cwd=root, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    found = {}
    definition = r"^define dso_local \S+ @(\w+)\((.*?)\).*?\{\n(.*?)^\}"
    for name, arguments, lines in re.findall(definition, code, re.M | re.S):
        body = [plain(line) for line in lines.splitlines() if line.strip()]
        kinds = [words.split()[0] for words in arguments.split(", ") if words]
        parameters = [(kind, f"%{number}") for number, kind in enumerate(kinds)]
        found[name] = Function(name, parameters, body)
    return found
