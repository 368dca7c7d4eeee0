package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever adds an operator adds a page, a contract, a model over seeds and its cost, or this fails.
 * docs/operators/README.md lists the operators with the keys that the code knows; {@code
 * -Ddrme.write=true} writes it anew.
 */
class EveryOperatorTest {
    private static final Path INDEX = Path.of("../../docs/operators/README.md");

    private static final String HEAD =
            """
            # Operators

            The steps that a [pipeline](../pipelines.md) may have, and the keys of each as the code that reads them knows them. Made by a test (`EveryOperatorTest`). Limits and defaults are on the pages,
            and with those of all other keys in [configuration](../configuration.md).

            | operator | keys | does |
            | --- | --- | --- |
            """;

    /**
     * What shows that the operators of a kind do what they say.
     *
     * @param contracts that make each of its operators
     * @param model the class and method that compares it with a plain computation over seeds
     */
    private record Proof(List<OperatorContract> contracts, Class<?> model, String method) {}

    private static Proof proof(Class<?> model, String method, OperatorContract... contracts) {
        return new Proof(List.of(contracts), model, method);
    }

    private static final OperatorsTest BASIC = new OperatorsTest();
    private static final OneInputOperatorsTest ONE = new OneInputOperatorsTest();
    private static final SeveralInputsTest SEVERAL = new SeveralInputsTest();

    private static final Map<String, Proof> PROOFS =
            Map.ofEntries(
                    Map.entry(
                            "filter",
                            proof(
                                    StatelessModelTest.class,
                                    "aFilterPassesWhatIsTrue",
                                    BASIC.new Filter())),
                    Map.entry(
                            "map",
                            proof(
                                    StatelessModelTest.class,
                                    "aMapGivesWhatTheExpressionSays",
                                    BASIC.new MapValues())),
                    Map.entry(
                            "scale",
                            proof(
                                    StatelessModelTest.class,
                                    "aScaleMultipliesAndShifts",
                                    BASIC.new Scale())),
                    Map.entry(
                            "split",
                            proof(
                                    StatelessModelTest.class,
                                    "aSplitSendsEachSampleToTheFirstThatIsTrue",
                                    SEVERAL.new Split())),
                    Map.entry(
                            "aggregate",
                            proof(
                                    WindowModelTest.class,
                                    "polledTagsEqualTheDefinition",
                                    BASIC.new Aggregate())),
                    Map.entry(
                            "merge",
                            proof(
                                    MergeModelTest.class,
                                    "theMedianIsOfWhatIsUsableAtEachSample",
                                    SEVERAL.new Merge(),
                                    SEVERAL.new Preferred(),
                                    SEVERAL.new Median())),
                    Map.entry(
                            "combine",
                            proof(
                                    CombineTest.class,
                                    "resultsAreOfTheNewestOfEachInput",
                                    SEVERAL.new Combine())),
                    Map.entry(
                            "rate",
                            proof(
                                    RateTest.class,
                                    "theSlopeIsThatOfTheLineThatFitsBest",
                                    ONE.new Rate())),
                    Map.entry(
                            "counter",
                            proof(
                                    CounterTest.class,
                                    "theTotalIsWhatWasReallyCounted",
                                    ONE.new Counter())),
                    Map.entry(
                            "as-of",
                            proof(
                                    PairModelTest.class,
                                    "eachSampleMeetsTheNewestThatIsNotNewer",
                                    SEVERAL.new AsOf())),
                    Map.entry(
                            "join",
                            proof(
                                    PairModelTest.class,
                                    "eachSampleMeetsTheNearestBeforeOrBehind",
                                    SEVERAL.new Join())),
                    Map.entry(
                            "lookup",
                            proof(
                                    LookupTest.class,
                                    "eachSampleMeetsTheRowOfItsTag",
                                    SEVERAL.new Lookup())),
                    Map.entry(
                            "duration",
                            proof(
                                    DurationModelTest.class,
                                    "resultsEqualTheDefinition",
                                    ONE.new DurationOf())),
                    Map.entry(
                            "states",
                            proof(StatesTest.class, "timesEqualTheDefinition", ONE.new States())),
                    Map.entry(
                            "smooth",
                            proof(
                                    SmoothTest.class,
                                    "aLowPassIsTheSumOfAllStepsEachFaded",
                                    ONE.new LowPass(),
                                    ONE.new Median())),
                    Map.entry(
                            "resample",
                            proof(
                                    ResampleTest.class,
                                    "pointsEqualTheDefinition",
                                    ONE.new Resample())),
                    Map.entry(
                            "changes",
                            proof(
                                    PassingModelTest.class,
                                    "whatDiffersFromTheLastOnePassedPasses",
                                    ONE.new Changes())),
                    Map.entry(
                            "throttle",
                            proof(
                                    PassingModelTest.class,
                                    "atMostOneInATimePassesAndTheLastIsNeverLost",
                                    ONE.new Throttle())),
                    Map.entry(
                            "pattern",
                            proof(
                                    PatternTest.class,
                                    "oneThingThenAnother",
                                    SEVERAL.new Pattern(),
                                    SEVERAL.new TimedPattern())));

    static List<String> keys() {
        return StepKind.keys();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void eachKindHasAContractOfItsOperatorsAndAModelOverSeeds(String key) {
        assertThat(PROOFS).containsKey(key);
        var proof = PROOFS.getOrDefault(key, proof(EveryOperatorTest.class, ""));
        var made = proof.contracts().stream().flatMap(c -> operators(c).stream()).toList();

        assertThat(StepTimes.operatorsOf(key)).isNotEmpty();
        assertThat(made).containsAll(StepTimes.operatorsOf(key));
        assertThat(proof.model().getDeclaredMethods())
                .filteredOn(m -> m.getName().equals(proof.method()))
                .singleElement()
                .extracting(m -> m.getAnnotation(MethodSource.class).value()[0])
                .isEqualTo("io.drme.testing.Seeds#all");
    }

    @ParameterizedTest
    @MethodSource("keys")
    void whatAKindCostsWasMeasured(String key) {
        assertThat(StepTimes.stepsOf(key)).isNotEmpty();
        assertThat(StepTimes.stepsOf(key))
                .allSatisfy(s -> assertThat(StepCost.of(s)).isNotEqualTo(StepCost.OTHER));
    }

    @Test
    void noContractIsOfAKindThatIsGone() {
        assertThat(PROOFS.keySet()).isEqualTo(Set.copyOf(StepKind.keys()));
    }

    @Test
    void everyOperatorThereIsPassesTheContract() throws IOException, URISyntaxException {
        var made =
                PROOFS.values().stream()
                        .flatMap(p -> p.contracts().stream())
                        .flatMap(c -> operators(c).stream())
                        .collect(Collectors.toSet());

        assertThat(made).isEqualTo(all());
    }

    /** The classes that a contract's subjects are of. */
    private static Set<Class<?>> operators(OperatorContract contract) {
        return LongStream.rangeClosed(1, 60)
                .mapToObj(seed -> contract.subject(OperatorContract.random(seed)))
                .map(subject -> subject.operator().get().getClass())
                .collect(Collectors.toSet());
    }

    private static Set<Class<?>> all() throws IOException, URISyntaxException {
        var classes = Operator.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        var found = new HashSet<Class<?>>();
        try (var files = Files.list(Path.of(classes).resolve("io/drme/stream"))) {
            for (var file : files.map(f -> f.getFileName().toString()).toList()) {
                if (file.endsWith("Operator.class")) {
                    found.add(named("io.drme.stream." + file.replace(".class", "")));
                }
            }
        }
        found.removeIf(c -> Modifier.isAbstract(c.getModifiers()));
        return found;
    }

    private static Class<?> named(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The code is asked by a mistake: it names what it knows. */
    private static List<String> keysOf(String kind) {
        if (kind.equals("split")) {
            return List.of("otherwise"); // all others are names of branches
        }
        var problems = new Problems();
        StepKind.read(Rig.top(kind + ": {not-a-key: 1}", problems));
        var known = "known here: ";
        return problems.list().stream()
                .map(Object::toString)
                .filter(p -> p.contains(known) && p.contains(kind + ".not-a-key"))
                .map(p -> p.substring(p.indexOf(known) + known.length()))
                .flatMap(list -> Arrays.stream(list.split(", ", -1)))
                .toList();
    }

    private static String index() {
        var index = new StringBuilder(HEAD);
        for (var kind : StepKind.keys()) {
            var keys = keysOf(kind).stream().map("`%s`"::formatted).toList();
            index.append(
                    "| [%s](%s.md) | %s | %s |\n"
                            .formatted(kind, kind, String.join(", ", keys), whatItDoes(kind)));
        }
        return index.toString();
    }

    /** The first sentence of its page. */
    private static String whatItDoes(String kind) {
        var page = DocExamples.page("operators/" + kind + ".md");
        var text = page.substring(page.indexOf("\n\n") + 2).replace('\n', ' ');
        return text.substring(0, text.indexOf(". ") < 0 ? text.indexOf('.') : text.indexOf(". "))
                .replace("|", "\\|")
                .strip();
    }

    @Test
    void theIndexListsEachOperatorWithTheKeysThatTheCodeKnows() throws IOException {
        if (Boolean.getBoolean("drme.write")) {
            Files.writeString(INDEX, index());
        }
        assertThat(Files.readString(INDEX)).isEqualTo(index());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void thePageOfAnOperatorNamesEachOfItsKeys(String kind) {
        var page = DocExamples.page("operators/" + kind + ".md");

        assertThat(keysOf(kind)).allSatisfy(key -> assertThat(page).contains("`" + key));
    }
}
