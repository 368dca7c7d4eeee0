package io.drme.stream;

import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import io.drme.model.Batch;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The code of all expressions that differ in their literals only: one hidden class, which goes with
 * the last program of it. So {@code value > 80} of one alarm and {@code value > 81} of the next
 * share it. From any thread.
 */
final class Shape {
    private static final ClassDesc PROGRAM = ClassDesc.of(Program.class.getName());
    private static final ClassDesc SELF = ClassDesc.of(Shape.class.getPackageName() + ".Compiled");
    private static final ClassDesc SHAPE = ClassDesc.of(Shape.class.getName());
    private static final MethodTypeDesc MAKES =
            MethodTypeDesc.of(CD_void, SHAPE, CD_long.arrayType(), CD_String.arrayType());
    private static final List<ClassDesc> ASKED =
            List.of(ClassDesc.of(Batch.class.getName()), CD_int, CD_String);

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<Term, WeakReference<Shape>> KNOWN = new HashMap<>();

    private final ValueType type;
    private final MethodHandle maker;

    private Shape(Lifted lifted) {
        var bytes = assemble(lifted);
        this.type = lifted.term().type();
        try {
            var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
            this.maker =
                    lookup.findConstructor(
                                    lookup.lookupClass(),
                                    MethodType.methodType(
                                            void.class, Shape.class, long[].class, String[].class))
                            .asType(
                                    MethodType.methodType(
                                            Program.class,
                                            Shape.class,
                                            long[].class,
                                            String[].class));
        } catch (IllegalAccessException | NoSuchMethodException e) {
            throw new IllegalStateException("our own class can't be used", e);
        }
    }

    /** A program of its own for a term. */
    static Program program(Term term) {
        var lifted = Lifted.of(term);
        return of(lifted).make(lifted.numbers(), lifted.texts());
    }

    private static Shape of(Lifted lifted) {
        LOCK.lock();
        try {
            var reference = KNOWN.get(lifted.term());
            var known = reference == null ? null : reference.get();
            if (known != null) {
                return known;
            }
            KNOWN.values().removeIf(r -> r.refersTo(null));
            var made = new Shape(lifted);
            KNOWN.put(lifted.term(), new WeakReference<>(made));
            return made;
        } finally {
            LOCK.unlock();
        }
    }

    private Program make(long[] numbers, String[] texts) {
        try {
            return (Program) maker.invokeExact(this, numbers, texts);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a constructor without checked exceptions", e);
        }
    }

    /** The type of the result. */
    ValueType type() {
        return type;
    }

    /** How many bytes of code a term takes. */
    static int codeBytes(Term term) {
        var model = ClassFile.of().parse(assemble(Lifted.of(term)));
        return model.methods().stream()
                .filter(method -> !method.methodName().equalsString(INIT_NAME))
                .mapToInt(method ->
                        method.findAttribute(Attributes.code()).orElseThrow().codeLength())
                .sum();
    }

    private static byte[] assemble(Lifted lifted) {
        var term = lifted.term();
        return ClassFile.of()
                .build(
                        SELF,
                        type -> {
                            type.withSuperclass(PROGRAM);
                            type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
                            constructor(type, lifted.literals());
                            body(type, term);
                        });
    }

    private static void body(ClassBuilder type, Term term) {
        switch (term.type()) {
            case BOOLEAN ->
                    type.withMethodBody(
                            "test",
                            MethodTypeDesc.of(CD_int, ASKED),
                            ClassFile.ACC_PUBLIC,
                            code -> new Assembler(code, SELF).truth(term));
            case INT64, FLOAT64 ->
                    type.withMethodBody(
                            "bits",
                            MethodTypeDesc.of(CD_long, ASKED),
                            0,
                            code -> new Assembler(code, SELF).value(term));
            case TEXT ->
                    type.withMethodBody(
                            "text",
                            MethodTypeDesc.of(CD_String, ASKED),
                            0,
                            code -> new Assembler(code, SELF).value(term));
        }
    }

    /** Takes numbers and texts, each literal's at its own index of one of them. */
    private static void constructor(ClassBuilder type, List<Value> literals) {
        for (int i = 0; i < literals.size(); i++) {
            type.withField(
                    Assembler.field(i),
                    Assembler.descriptor(literals.get(i).type()),
                    ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
        }
        type.withMethodBody(
                INIT_NAME,
                MAKES,
                0,
                code -> {
                    code.aload(0).aload(1);
                    code.invokespecial(PROGRAM, INIT_NAME, MethodTypeDesc.of(CD_void, SHAPE));
                    for (int i = 0; i < literals.size(); i++) {
                        var literal = literals.get(i).type();
                        code.aload(0).aload(literal == ValueType.TEXT ? 3 : 2).loadConstant(i);
                        if (literal == ValueType.TEXT) {
                            code.aaload();
                        } else {
                            code.laload();
                        }
                        if (literal == ValueType.FLOAT64) {
                            code.invokestatic(
                                    ClassDesc.of(Double.class.getName()),
                                    "longBitsToDouble",
                                    MethodTypeDesc.ofDescriptor("(J)D"));
                        }
                        code.putfield(SELF, Assembler.field(i), Assembler.descriptor(literal));
                    }
                    code.return_();
                });
    }
}
