package io.drme.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Whether a rule among thousands, or a tag among many, costs more than one among few. */
final class GrowthBench implements Bench {
    private static final double MOST_TIMES = 1.2;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Pattern LINE =
            Pattern.compile("growth (\\S+) (\\d+) nanos (\\S+) right (true|false)");
    private static final List<String> FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xms512m", "-Xmx1g");

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public List<Row> run(Options options) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        var classPath = System.getProperty("java.class.path");
        command.addAll(List.of("-cp", classPath, GrowthWork.class.getName()));
        try (var child = Child.start("growth", command, Map.of(), options.scratch())) {
            child.endsWithin(LIMIT); // what it did not tell is void
        }
        var lines = Files.readAllLines(options.scratch().resolve("growth.log"));
        return List.of(
                row("rules", "rules 1 to 8,000", lines, GrowthWork.RULES),
                row("tags", "tags 100 to 100,000", lines, GrowthWork.TAGS));
    }

    private static Row row(String what, String name, List<String> lines, List<Integer> sizes) {
        var nanos = new LinkedHashMap<String, Double>();
        double cheapest = Double.MAX_VALUE;
        double largest = 0;
        boolean isRight = true;
        for (var line : lines) {
            var match = LINE.matcher(line);
            if (match.matches() && match.group(1).equals(what)) {
                double cost = Double.parseDouble(match.group(3));
                nanos.put(match.group(2), cost);
                cheapest = Math.min(cheapest, cost);
                largest = cost;
                isRight &= match.group(4).equals("true");
            }
        }
        boolean isValid = isRight && nanos.size() == sizes.size();
        double times = isValid ? largest / cheapest : 0;
        return new Row(
                name + " (peers: ns CPU a unit, by size)",
                "largest to cheapest",
                true,
                times,
                nanos,
                OptionalDouble.empty(),
                "<= 1.2",
                isValid && times <= MOST_TIMES,
                isValid);
    }
}
