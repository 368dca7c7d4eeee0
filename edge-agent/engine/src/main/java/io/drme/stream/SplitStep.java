package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.TagName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sends each sample to the first branch whose condition is true of it; see docs/operators/split.md.
 *
 * @param branches in the order in which they are asked, 1 to {@link #MAX_BRANCHES}
 * @param otherwise name of the branch of the rest; absent: the rest goes nowhere
 */
record SplitStep(List<Branch> branches, Optional<String> otherwise) implements Step {
    /** The most branches; each makes a tag of each source. */
    static final int MAX_BRANCHES = 32;

    private static final String OTHERWISE = "otherwise";

    /**
     * One way for a sample.
     *
     * @param name what {@code {function}} stands for, one word of a tag's name
     */
    record Branch(String name, Expression condition) {}

    static Optional<SplitStep> read(Section step) {
        return step.section("split").flatMap(SplitStep::of);
    }

    private static Optional<SplitStep> of(Section split) {
        var branches = new ArrayList<Branch>();
        for (var name : split.keys()) {
            if (!name.equals(OTHERWISE)) {
                checkName(split, name, name);
                Expression.readCondition(split, name)
                        .ifPresent(c -> branches.add(new Branch(name, c)));
            }
        }
        var otherwise = split.text(OTHERWISE);
        otherwise.ifPresent(name -> {
            checkName(split, OTHERWISE, name);
            if (split.keys().contains(name)) {
                split.problem(
                        OTHERWISE, "'%s' is a branch already; choose another".formatted(name));
            }
        });
        if (split.keys().stream().allMatch(OTHERWISE::equals)) {
            split.problems()
                    .add(
                            split.where(),
                            split.path(),
                            "has no branch; give names with conditions, such as {hot: \"value > 80\", otherwise: normal}");
        } else if (branches.size() > MAX_BRANCHES) {
            split.problems()
                    .add(
                            split.where(),
                            split.path(),
                            "has %d branches; at most %d are allowed"
                                    .formatted(branches.size(), MAX_BRANCHES));
        }
        split.done();
        return branches.isEmpty()
                ? Optional.empty()
                : Optional.of(new SplitStep(List.copyOf(branches), otherwise));
    }

    private static void checkName(Section split, String key, String name) {
        if (!TagName.isValid(name) || name.indexOf('/') >= 0) {
            split.problem(
                    key,
                    "'%s' is no name of a branch; expected one word of a-z 0-9 - _ ."
                            .formatted(name));
        }
    }

    /** All branches, that of the rest last. */
    List<String> names() {
        var names = new ArrayList<>(branches.stream().map(Branch::name).toList());
        otherwise.ifPresent(names::add);
        return names;
    }

    @Override
    public boolean remembers() {
        return false;
    }

    @Override
    public List<String> functions(List<String> before) {
        var all = new ArrayList<String>();
        for (var word : before) {
            names().forEach(n -> all.add(Lane.joined(word, n)));
        }
        return all;
    }

    @Override
    public Optional<Operator> make(Making making) {
        var conditions = new Program[branches.size()][];
        for (int i = 0; i < conditions.length; i++) {
            var programs = making.programs(branches.get(i).condition(), true);
            if (programs.isEmpty()) {
                return Optional.empty();
            }
            conditions[i] = programs.get();
        }
        return Optional.of(
                new SplitOperator(making.lanes(), names(), conditions, otherwise.isPresent()));
    }
}
