package io.drme.stream;

/** The terms that are true, false or unknown. */
final class Logic {
    private Logic() {}

    static final class Not extends Term.Bool {
        private final Term operand;

        Not(Term operand) {
            this.operand = operand;
        }

        @Override
        int truth(Frame f) {
            int truth = operand.truth(f);
            return truth == UNKNOWN ? UNKNOWN : TRUE - truth;
        }
    }

    static final class And extends Term.Bool {
        private final Term left;
        private final Term right;

        And(Term left, Term right) {
            this.left = left;
            this.right = right;
        }

        @Override
        int truth(Frame f) {
            int first = left.truth(f);
            if (first == FALSE) {
                return FALSE;
            }
            int second = right.truth(f);
            return second == FALSE ? FALSE : Math.max(first, second);
        }
    }

    static final class Or extends Term.Bool {
        private final Term left;
        private final Term right;

        Or(Term left, Term right) {
            this.left = left;
            this.right = right;
        }

        @Override
        int truth(Frame f) {
            int first = left.truth(f);
            if (first == TRUE) {
                return TRUE;
            }
            int second = right.truth(f);
            return second == TRUE ? TRUE : Math.max(first, second);
        }
    }

    /** What asks something of values that may be unknown. */
    abstract static class Asking extends Term.Bool {
        @Override
        final int truth(Frame f) {
            boolean before = f.failed;
            f.failed = false;
            boolean holds = holds(f);
            boolean failed = f.failed;
            f.failed = before;
            return failed ? UNKNOWN : holds ? TRUE : FALSE;
        }

        abstract boolean holds(Frame f);
    }

    static final class CompareInts extends Asking {
        private final Relation relation;
        private final Term left;
        private final Term right;

        CompareInts(Relation relation, Term left, Term right) {
            this.relation = relation;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean holds(Frame f) {
            return relation.holds(Long.compare(left.integer(f), right.integer(f)));
        }
    }

    static final class CompareReals extends Asking {
        private final Relation relation;
        private final Term left;
        private final Term right;

        CompareReals(Relation relation, Term left, Term right) {
            this.relation = relation;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean holds(Frame f) {
            return relation.holds(left.real(f), right.real(f));
        }
    }

    /** A whole number with a double, exactly: the former is not rounded. */
    static final class CompareIntWithReal extends Asking {
        private final Relation relation;
        private final Term left;
        private final Term right;

        CompareIntWithReal(Relation relation, Term left, Term right) {
            this.relation = relation;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean holds(Frame f) {
            return relation.holds(left.integer(f), right.real(f));
        }
    }

    /** By Unicode code points. */
    static final class CompareTexts extends Asking {
        private final Relation relation;
        private final Term left;
        private final Term right;

        CompareTexts(Relation relation, Term left, Term right) {
            this.relation = relation;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean holds(Frame f) {
            var a = left.text(f);
            var b = right.text(f);
            return relation.isEquality()
                    ? a.equals(b) == (relation == Relation.EQUAL)
                    : relation.holds(compare(a, b));
        }

        private static int compare(String a, String b) {
            int shorter = Math.min(a.length(), b.length());
            for (int i = 0; i < shorter; i++) {
                char x = a.charAt(i);
                char y = b.charAt(i);
                if (x != y) {
                    boolean ranked = Character.isSurrogate(x) == Character.isSurrogate(y);
                    return ranked ? x - y : Character.isSurrogate(x) ? 1 : -1;
                }
            }
            return a.length() - b.length();
        }
    }

    static final class EqualBools extends Term.Bool {
        private final boolean same;
        private final Term left;
        private final Term right;

        EqualBools(Relation relation, Term left, Term right) {
            this.same = relation == Relation.EQUAL;
            this.left = left;
            this.right = right;
        }

        @Override
        int truth(Frame f) {
            int a = left.truth(f);
            int b = right.truth(f);
            return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : (a == b) == same ? TRUE : FALSE;
        }
    }

    /** Which part of a text is asked for. */
    enum Part {
        START,
        END,
        ANY
    }

    static final class HasPart extends Asking {
        private final Part part;
        private final Term text;
        private final Term wanted;

        HasPart(Part part, Term text, Term wanted) {
            this.part = part;
            this.text = text;
            this.wanted = wanted;
        }

        @Override
        boolean holds(Frame f) {
            var whole = text.text(f);
            var piece = wanted.text(f);
            return switch (part) {
                case START -> whole.startsWith(piece);
                case END -> whole.endsWith(piece);
                case ANY -> whole.contains(piece);
            };
        }
    }
}
