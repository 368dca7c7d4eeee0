package io.drme.stream;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.stream.Environment.Part;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes straight code of a term: no object, no virtual call and no flag an operand. What is unknown
 * is a jump, to where the whole result is unknown or to where and, or and a choice go on.
 *
 * <p>A jump finds the operand stack empty, so a term that can be unknown begins with an empty one:
 * operands beside it wait in local variables.
 */
final class Assembler {
    private static final ClassDesc BATCH = ClassDesc.of(Batch.class.getName());
    private static final ClassDesc QUALITY = ClassDesc.of(Quality.class.getName());
    private static final ClassDesc FUNCTIONS = ClassDesc.of(Functions.class.getName());
    private static final ClassDesc DOUBLE = ClassDesc.of(Double.class.getName());
    private static final MethodTypeDesc TO_LONGS = MethodTypeDesc.of(CD_long.arrayType());
    private static final MethodTypeDesc TO_BYTES = MethodTypeDesc.of(ClassDesc.ofDescriptor("[B"));

    private static final int THIS = 0;
    private static final int SAMPLES = 1;
    private static final int AT = 2;
    private static final int TAG = 3;
    private static final int FIRST_FREE = 4;

    private final CodeBuilder code;
    private final ClassDesc self;
    private final Map<Integer, Integer> qualityOf = new HashMap<>();
    private int free = FIRST_FREE;

    /** Writes into a method whose parameters are a batch, an index of it and the tag's name. */
    Assembler(CodeBuilder code, ClassDesc self) {
        this.code = code;
        this.self = self;
    }

    /** The whole body: gives {@link Program#TRUE}, {@code FALSE} or {@code UNKNOWN}. */
    void truth(Term term) {
        loadQualities(term);
        var yes = code.newLabel();
        var no = code.newLabel();
        var unknown = code.newLabel();
        branch(term, new Exits(yes, no, unknown));
        code.labelBinding(yes).loadConstant(Program.TRUE).ireturn();
        code.labelBinding(no).loadConstant(Program.FALSE).ireturn();
        if (term.canFail()) {
            code.labelBinding(unknown).loadConstant(Program.UNKNOWN).ireturn();
        }
    }

    /** The whole body: gives a number's bits or a text, and notes whether there is one. */
    void value(Term term) {
        loadQualities(term);
        var unknown = code.newLabel();
        push(term, unknown);
        if (term.type() == ValueType.FLOAT64) {
            code.invokestatic(DOUBLE, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
        }
        known(true);
        code.return_(term.type() == ValueType.TEXT ? TypeKind.REFERENCE : TypeKind.LONG);
        if (term.canFail()) {
            code.labelBinding(unknown);
            known(false);
            if (term.type() == ValueType.TEXT) {
                code.loadConstant("").areturn();
            } else {
                code.lconst_0().lreturn();
            }
        }
    }

    private void known(boolean is) {
        code.aload(THIS).loadConstant(is ? 1 : 0).putfield(self, "known", CD_boolean);
    }

    private void loadQualities(Term term) {
        int input =
                switch (term) {
                    case Term.Input asked -> asked.input();
                    case Term.SeverityIs asked -> asked.input();
                    case Term.ReasonIs asked -> asked.input();
                    case Term.Told(Part part, int asked)
                            when part == Part.QUALITY || part == Part.REASON ->
                            asked;
                    default -> -1;
                };
        if (input >= 0 && !qualityOf.containsKey(input)) {
            code.aload(SAMPLES).invokevirtual(BATCH, "qualities", TO_BYTES);
            index(input);
            code.baload().istore(free);
            qualityOf.put(input, free++);
        }
        term.operands().forEach(this::loadQualities);
    }

    private void index(int input) {
        code.iload(AT);
        if (input > 0) {
            code.loadConstant(input).iadd();
        }
    }

    private void quality(int input) {
        code.iload(qualityOf.getOrDefault(input, FIRST_FREE));
    }

    /** Where a condition goes on. */
    private record Exits(Label yes, Label no, Label unknown) {}

    private void branch(Term term, Exits to) {
        switch (term) {
            case Term.Literal(Value.Bool(boolean value)) -> code.goto_(value ? to.yes : to.no);
            case Term.Input(ValueType _, int input) -> {
                push(term, to.unknown);
                jump(Opcode.IFNE, to);
            }
            case Term.SeverityIs(int input, Quality.Severity severity) -> {
                quality(input);
                code.loadConstant(0xFF).iand().loadConstant(6).iushr();
                code.loadConstant(code(severity));
                jump(Opcode.IF_ICMPEQ, to);
            }
            case Term.ReasonIs(int input, int reason) -> {
                quality(input);
                code.loadConstant(0x3F).iand().loadConstant(reason);
                jump(Opcode.IF_ICMPEQ, to);
            }
            case Term.Not(Term operand) -> branch(operand, new Exits(to.no, to.yes, to.unknown));
            case Term.And and -> both(and.left(), and.right(), true, to);
            case Term.Or or -> both(or.left(), or.right(), false, to);
            case Term.Compare compare -> compare(compare, to);
            case Term.Choice choice -> choose(choice, to);
            case Term.Call call -> {
                push(call, to.unknown);
                jump(Opcode.IFNE, to);
            }
            case Term.Literal _, Term.Constant _, Term.Told _ ->
                    throw new IllegalStateException("not true or false: " + term);
        }
    }

    /** As {@link Quality} packs it. */
    private static int code(Quality.Severity severity) {
        return switch (severity) {
            case GOOD -> 0;
            case UNCERTAIN -> 1;
            case BAD -> 2;
        };
    }

    private void jump(Opcode ifTrue, Exits to) {
        code.branch(ifTrue, to.yes).goto_(to.no);
    }

    /**
     * The right side once, whatever the left one was: it may settle what the left one left open.
     */
    private void both(Term left, Term right, boolean isAnd, Exits to) {
        var goesOn = code.newLabel();
        var settled = isAnd ? to.no : to.yes;
        if (!left.canFail()) {
            var first =
                    isAnd
                            ? new Exits(goesOn, settled, to.unknown)
                            : new Exits(settled, goesOn, to.unknown);
            branch(left, first);
            code.labelBinding(goesOn);
            branch(right, to);
            return;
        }
        int open = free++;
        var unknown = code.newLabel();
        var rest = code.newLabel();
        branch(
                left,
                isAnd ? new Exits(goesOn, settled, unknown) : new Exits(settled, goesOn, unknown));
        code.labelBinding(unknown).iconst_1().istore(open).goto_(rest);
        code.labelBinding(goesOn).iconst_0().istore(open);
        code.labelBinding(rest);
        var unsettled = code.newLabel();
        branch(
                right,
                isAnd
                        ? new Exits(unsettled, settled, to.unknown)
                        : new Exits(settled, unsettled, to.unknown));
        code.labelBinding(unsettled).iload(open).ifne(to.unknown).goto_(isAnd ? to.yes : to.no);
        free = open;
    }

    private void choose(Term.Choice choice, Exits to) {
        var yes = code.newLabel();
        var no = code.newLabel();
        branch(choice.condition(), new Exits(yes, no, to.unknown));
        code.labelBinding(yes);
        branch(choice.yes(), to);
        code.labelBinding(no);
        branch(choice.no(), to);
    }

    private void compare(Term.Compare compare, Exits to) {
        var relation = compare.relation();
        var left = compare.left().type();
        var right = compare.right().type();
        pushAll(List.of(compare.left(), compare.right()), null, to.unknown);
        if (left == ValueType.TEXT && relation.isEquality()) {
            code.invokevirtual(CD_String, "equals", MethodTypeDesc.of(CD_boolean, CD_Object));
            jump(relation == Relation.EQUAL ? Opcode.IFNE : Opcode.IFEQ, to);
            return;
        }
        if (left == ValueType.TEXT) {
            code.invokestatic(
                    FUNCTIONS, "compare", MethodTypeDesc.of(CD_int, CD_String, CD_String));
        } else if (left != right) {
            code.loadConstant(relation.signOfNaN());
            code.invokestatic(
                    FUNCTIONS, "compare", MethodTypeDesc.of(CD_int, CD_long, CD_double, CD_int));
        } else if (left == ValueType.INT64) {
            code.lcmp();
        } else if (relation.signOfNaN() > 0) {
            code.dcmpg();
        } else {
            code.dcmpl();
        }
        jump(opcode(relation), to);
    }

    private static Opcode opcode(Relation relation) {
        return switch (relation) {
            case EQUAL -> Opcode.IFEQ;
            case UNEQUAL -> Opcode.IFNE;
            case LESS -> Opcode.IFLT;
            case AT_MOST -> Opcode.IFLE;
            case GREATER -> Opcode.IFGT;
            case AT_LEAST -> Opcode.IFGE;
        };
    }

    /** Leaves the value on the stack, or jumps with an empty one. */
    private void push(Term term, Label unknown) {
        switch (term) {
            case Term.Literal(Value.Bool(boolean value)) -> code.loadConstant(value ? 1 : 0);
            case Term.Literal _ -> throw new IllegalStateException("not lifted: " + term);
            case Term.Constant(ValueType type, int index) ->
                    code.aload(THIS).getfield(self, field(index), descriptor(type));
            case Term.Input(ValueType type, int input) -> {
                quality(input);
                code.invokestatic(QUALITY, "isBad", MethodTypeDesc.ofDescriptor("(B)Z"));
                code.ifne(unknown);
                input(type, input);
            }
            case Term.Told told -> told(told);
            case Term.Call call -> call(call, unknown);
            case Term.Choice choice when choice.type() != ValueType.BOOLEAN -> {
                var yes = code.newLabel();
                var no = code.newLabel();
                var end = code.newLabel();
                branch(choice.condition(), new Exits(yes, no, unknown));
                code.labelBinding(yes);
                push(choice.yes(), unknown);
                code.goto_(end).labelBinding(no);
                push(choice.no(), unknown);
                code.labelBinding(end);
            }
            default -> {
                var yes = code.newLabel();
                var no = code.newLabel();
                var end = code.newLabel();
                branch(term, new Exits(yes, no, unknown));
                code.labelBinding(yes).iconst_1().goto_(end);
                code.labelBinding(no).iconst_0().labelBinding(end);
            }
        }
    }

    private void input(ValueType type, int input) {
        code.aload(SAMPLES);
        if (type == ValueType.TEXT) {
            index(input);
            code.invokevirtual(BATCH, "text", MethodTypeDesc.of(CD_String, CD_int));
            code.invokestatic(FUNCTIONS, "orEmpty", MethodTypeDesc.of(CD_String, CD_String));
            return;
        }
        code.invokevirtual(BATCH, "bits", TO_LONGS);
        index(input);
        code.laload();
        if (type == ValueType.FLOAT64) {
            code.invokestatic(DOUBLE, "longBitsToDouble", MethodTypeDesc.of(CD_double, CD_long));
        } else if (type == ValueType.BOOLEAN) {
            code.invokestatic(FUNCTIONS, "isTrue", MethodTypeDesc.of(CD_boolean, CD_long));
        }
    }

    private void told(Term.Told told) {
        switch (told.part()) {
            case TAG -> code.aload(TAG);
            case TIME -> {
                code.aload(SAMPLES).invokevirtual(BATCH, "sourceTimes", TO_LONGS);
                index(told.input());
                code.laload();
            }
            case QUALITY, REASON -> {
                quality(told.input());
                code.invokestatic(
                        FUNCTIONS,
                        told.part() == Part.QUALITY ? "severity" : "reason",
                        MethodTypeDesc.ofDescriptor("(B)Ljava/lang/String;"));
            }
            case VALUE -> throw new IllegalStateException("an input: " + told);
        }
    }

    private void call(Term.Call call, Label unknown) {
        var function = call.function();
        pushAll(call.operands(), function.canFail() ? function : null, unknown);
        code.invokestatic(
                ClassDesc.of(function.owner().getName()),
                function.method(),
                signature(function, function.result()));
    }

    private static MethodTypeDesc signature(Function function, ValueType result) {
        return MethodTypeDesc.of(
                descriptor(result),
                function.parameters().stream().map(Assembler::descriptor).toList());
    }

    /** Leaves operands on the stack, once {@code checked} has a result for them. */
    private void pushAll(List<Term> operands, @Nullable Function checked, Label unknown) {
        boolean waits = checked != null;
        for (int i = 1; i < operands.size(); i++) {
            waits |= operands.get(i).canFail();
        }
        if (!waits) {
            operands.forEach(operand -> push(operand, unknown));
            return;
        }
        int first = free;
        for (var operand : operands) {
            push(operand, unknown);
            var kind = kind(operand.type());
            code.storeLocal(kind, free);
            free += kind.slotSize();
        }
        if (checked != null) {
            load(operands, first);
            code.invokestatic(FUNCTIONS, checked.failure(), signature(checked, ValueType.BOOLEAN));
            code.ifne(unknown);
        }
        load(operands, first);
        free = first;
    }

    private void load(List<Term> operands, int first) {
        int at = first;
        for (var operand : operands) {
            var kind = kind(operand.type());
            code.loadLocal(kind, at);
            at += kind.slotSize();
        }
    }

    private static TypeKind kind(ValueType type) {
        return TypeKind.from(descriptor(type)).asLoadable();
    }

    /** The field that holds a lifted literal. */
    static String field(int index) {
        return "constant" + index;
    }

    static ClassDesc descriptor(ValueType type) {
        return switch (type) {
            case BOOLEAN -> CD_boolean;
            case INT64 -> CD_long;
            case FLOAT64 -> CD_double;
            case TEXT -> CD_String;
        };
    }
}
