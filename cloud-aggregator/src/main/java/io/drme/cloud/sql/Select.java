package io.drme.cloud.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A statement that was looked at word by word and only reads. What is not known to be harmless is
 * refused: other statements, functions that are not on the list (some make rows without end or read
 * files), and tables of any other name.
 *
 * @param sql the statement as it was given
 * @param tables those that it names
 * @param times what stands in quotes and is a time, as it was written
 */
record Select(String sql, Set<String> tables, List<String> times) {
    /** Longer statements are refused, in characters. */
    static final int MOST_CHARACTERS = 8_192;

    /** Tables in one statement, each counted as often as it stands there: joins grow with each. */
    static final int MOST_TABLES = 4;

    /** Wildcards of one LIKE: each may be tried at every character of a text. */
    private static final int MOST_WILDCARDS = 3;

    /** Texts put together in one statement: each may double what the one before made. */
    private static final int MOST_JOINED = 10;

    private static final Set<String> CONCAT = Set.of("concat", "concat_ws");

    private static final Pattern WORD =
            Pattern.compile(
                    "\\s++|(?<text>'(?:[^']|'')*+')|(?<quoted>\"(?:[^\"]|\"\")++\")|(?<word>[A-Za-z_][A-Za-z0-9_]*+)|(?<number>[0-9]++(?:\\.[0-9]*+)?(?:[eE][+-]?[0-9]++)?)|(?<sign><>|!=|<=|>=|\\|\\||[-+*/%=<>(),.;?])");
    private static final Pattern TIME = Pattern.compile("'(\\d{4}-\\d{2}-\\d{2}([T ].*)?)'");

    /** What ends a comment is not told everywhere in the same way. */
    private static final List<String> COMMENTS = List.of("--", "//", "/*");

    /** What may be called; words of the language that may stand before a bracket too. */
    private static final Set<String> CALLABLE =
            Set.of(
                    "abs",
                    "acos",
                    "and",
                    "any",
                    "as",
                    "asin",
                    "atan",
                    "avg",
                    "between",
                    "by",
                    "cast",
                    "cbrt",
                    "ceil",
                    "char_length",
                    "coalesce",
                    "concat",
                    "concat_ws",
                    "cos",
                    "count",
                    "degrees",
                    "distinct",
                    "else",
                    "except",
                    "exists",
                    "exp",
                    "extract",
                    "floor",
                    "from",
                    "greatest",
                    "having",
                    "in",
                    "initcap",
                    "intersect",
                    "join",
                    "least",
                    "length",
                    "like",
                    "ln",
                    "log10",
                    "lower",
                    "ltrim",
                    "max",
                    "min",
                    "mod",
                    "not",
                    "nullif",
                    "on",
                    "or",
                    "over",
                    "position",
                    "power",
                    "radians",
                    "round",
                    "rtrim",
                    "select",
                    "sign",
                    "sin",
                    "sqrt",
                    "square",
                    "substring",
                    "sum",
                    "tan",
                    "then",
                    "to_epoch_millis",
                    "to_timestamp_tz",
                    "trim",
                    "truncate",
                    "union",
                    "upper",
                    "values",
                    "when",
                    "where",
                    "all",
                    "using",
                    "limit",
                    "offset");

    /** Words that no reading statement here needs. */
    private static final Set<String> FORBIDDEN =
            Set.of(
                    "insert",
                    "update",
                    "delete",
                    "sink",
                    "merge",
                    "upsert",
                    "create",
                    "drop",
                    "alter",
                    "table",
                    "lateral",
                    "unnest",
                    "show",
                    "explain",
                    "job",
                    "jobs",
                    "mapping",
                    "view",
                    "snapshot",
                    "index",
                    "information_schema",
                    "execute",
                    "call",
                    "set",
                    "grant",
                    "revoke",
                    "analyze",
                    "descriptor",
                    "tumble",
                    "hop",
                    "impose_order",
                    "recursive",
                    "similar",
                    "rlike",
                    "with",
                    "values");

    private static final Set<String> BEHIND_TABLES =
            Set.of(
                    "where",
                    "group",
                    "order",
                    "having",
                    "limit",
                    "offset",
                    "union",
                    "fetch",
                    "except",
                    "intersect");

    /**
     * A word of a statement.
     *
     * @param at index of its first character
     */
    private record Word(String kind, String text, int at) {
        boolean is(String other) {
            return text.equalsIgnoreCase(other);
        }

        String name() {
            return kind.equals("quoted")
                    ? text.substring(1, text.length() - 1)
                    : text.toLowerCase(Locale.ROOT);
        }

        boolean isName() {
            return kind.equals("word") || kind.equals("quoted");
        }
    }

    /** Looks at a statement. */
    static Select of(String sql, Set<String> known) throws RefusedException {
        if (sql.length() > MOST_CHARACTERS) {
            throw refused(
                    "it has %d characters".formatted(sql.length()),
                    "at most %d characters".formatted(MOST_CHARACTERS));
        }
        var words = words(sql);
        if (words.isEmpty() || !words.getFirst().is("select")) {
            throw refused(
                    "only SELECT is run here",
                    "a statement that begins with SELECT; what changes things has routes of its own");
        }
        for (int i = 0; i < words.size(); i++) {
            var where = place(sql, words.get(i).at());
            check(words, i, where);
            checkLike(words, i, where);
        }
        checkJoined(words);
        var tables = tables(sql, words, known);
        var times = new ArrayList<String>();
        for (var word : words) {
            var time = TIME.matcher(word.text());
            if (time.matches()) {
                times.add(time.group(1));
            }
        }
        return new Select(sql, tables, times);
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException("sql", what, expected);
    }

    /** Where a character stands, as Hazelcast's own messages say it. */
    private static String place(String sql, int at) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at; i++) {
            column++;
            if (sql.charAt(i) == '\n') {
                line++;
                column = 1;
            }
        }
        return "line %d, column %d: ".formatted(line, column);
    }

    private static List<Word> words(String sql) throws RefusedException {
        var words = new ArrayList<Word>();
        var matcher = WORD.matcher(sql);
        int at = 0;
        while (at < sql.length()) {
            int start = at;
            matcher.region(at, sql.length());
            boolean comment = COMMENTS.stream().anyMatch(c -> sql.startsWith(c, start));
            if (comment || !matcher.lookingAt()) {
                throw refused(
                        place(sql, at) + "'%s' is not understood".formatted(sql.charAt(at)),
                        "SQL without comments, which might hide what is run");
            }
            for (var kind : List.of("text", "quoted", "word", "number", "sign")) {
                if (matcher.group(kind) != null) {
                    words.add(new Word(kind, matcher.group(kind), start));
                }
            }
            at = matcher.end();
        }
        if (!words.isEmpty() && words.getLast().is(";")) {
            words.removeLast();
        }
        return words;
    }

    private static void check(List<Word> words, int at, String where) throws RefusedException {
        var word = words.get(at);
        if (word.is(";")) {
            throw refused(where + "there are several statements", "one statement");
        }
        if (word.is("?")) {
            throw refused(where + "it has a parameter", "the values themselves");
        }
        if (word.kind().equals("word") && FORBIDDEN.contains(word.name())) {
            throw refused(
                    where + "the word %s is not allowed here".formatted(word.text()),
                    "SELECT over tables by their names; a column of that name is written in double quotes");
        }
        boolean called = at + 1 < words.size() && words.get(at + 1).is("(");
        boolean isAlias = at > 0 && words.get(at - 1).is("as");
        if (called && word.isName() && !isAlias && !CALLABLE.contains(word.name())) {
            throw refused(
                    where
                            + "the function %s is not on the list of those that are run"
                                    .formatted(word.text()),
                    "one of " + String.join(", ", new TreeSet<>(CALLABLE)));
        }
    }

    private static void checkLike(List<Word> words, int at, String where) throws RefusedException {
        var word = words.get(at);
        if (!word.kind().equals("word") || !word.is("like")) {
            return;
        }
        var pattern = at + 1 < words.size() ? words.get(at + 1) : word;
        boolean goesOn = at + 2 < words.size() && words.get(at + 2).is("||");
        long wildcards = pattern.text().chars().filter(c -> c == '%').count();
        if (!pattern.kind().equals("text") || goesOn || wildcards > MOST_WILDCARDS) {
            throw refused(
                    where + "LIKE %s may take without end".formatted(pattern.text()),
                    "behind LIKE a text in quotes with at most %d of %%".formatted(MOST_WILDCARDS));
        }
    }

    private static void checkJoined(List<Word> words) throws RefusedException {
        var inConcat = new ArrayList<Boolean>(List.of(false));
        int joined = 0;
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (word.is("(")) {
                inConcat.add(i > 0 && CONCAT.contains(words.get(i - 1).name()));
            } else if (word.is(")") && inConcat.size() > 1) {
                inConcat.removeLast();
            } else if (word.is("||") || (word.is(",") && inConcat.getLast())) {
                joined++;
            }
        }
        if (joined > MOST_JOINED) {
            throw refused(
                    "it puts %d texts together".formatted(joined + 1),
                    "at most %d, by || and concat in all of the statement"
                            .formatted(MOST_JOINED + 1));
        }
    }

    /** The names that stand where tables do. */
    private static Set<String> tables(String sql, List<Word> words, Set<String> known)
            throws RefusedException {
        var tables = new TreeSet<String>();
        int count = 0;
        var inFrom = new ArrayList<Boolean>(List.of(false));
        boolean expected = false;
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (word.is("(")) {
                inFrom.add(expected);
            } else if (word.is(")")) {
                if (inFrom.size() > 1) {
                    inFrom.removeLast();
                }
                expected = false;
            } else if (word.kind().equals("word")
                    && ((word.is("from") && !isOfFunction(words, i)) || word.is("join"))) {
                inFrom.set(inFrom.size() - 1, true);
                expected = true;
            } else if (word.is(",")) {
                expected = inFrom.getLast();
            } else if (expected && word.is("select")) {
                inFrom.set(inFrom.size() - 1, false);
                expected = false;
            } else if (expected && word.isName()) {
                tables.add(table(sql, word, known));
                count++;
                expected = false;
            } else if (word.kind().equals("word") && BEHIND_TABLES.contains(word.name())) {
                inFrom.set(inFrom.size() - 1, false);
            }
        }
        if (count == 0 || count > MOST_TABLES) {
            throw refused(
                    count == 0 ? "it names no table" : "it names %d tables".formatted(count),
                    "1 to %d of %s"
                            .formatted(MOST_TABLES, String.join(", ", new TreeSet<>(known))));
        }
        return tables;
    }

    /** Whether a FROM belongs to TRIM, SUBSTRING or EXTRACT, within their bracket. */
    private static boolean isOfFunction(List<Word> words, int at) {
        int depth = 0;
        for (int i = at - 1; i >= 0; i--) {
            if (words.get(i).is(")")) {
                depth++;
            } else if (words.get(i).is("(") && depth-- == 0) {
                return i > 0
                        && Set.of("trim", "substring", "extract").contains(words.get(i - 1).name());
            }
        }
        return false;
    }

    private static String table(String sql, Word word, Set<String> known) throws RefusedException {
        if (!known.contains(word.name())) {
            throw refused(
                    place(sql, word.at())
                            + "there is no table %s that SQL can see".formatted(word.text()),
                    "one of " + String.join(", ", new TreeSet<>(known)));
        }
        return word.name();
    }
}
