package io.drme.stream;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which pipelines read what others derive. A pipeline reads only those above it. */
final class Links {
    /** Of each pipeline, those above that it reads, in order. */
    private final int[][] above;

    /** Of each pipeline, those below that depend on it, directly or through others, in order. */
    private final int[][] dependents;

    /** Of each pipeline, those above that it depends on, directly or through others, in order. */
    private final int[][] sources;

    Links(List<Pipeline> pipelines, Routes routes) {
        int count = pipelines.size();
        var direct = sets(count);
        for (int i = 0; i < count; i++) {
            for (var tags : pipelines.get(i).tagsOfLane()) {
                for (int tag : tags) {
                    for (int at = routes.begin(tag); at < routes.end(tag); at += Routes.WIDTH) {
                        direct.get(routes.places()[at]).set(i);
                    }
                }
            }
        }
        var all = sets(count);
        var below = sets(count);
        for (int i = 0; i < count; i++) {
            var of = all.get(i);
            of.or(direct.get(i));
            direct.get(i).stream().forEach(above -> of.or(all.get(above)));
            int reader = i;
            of.stream().forEach(source -> below.get(source).set(reader));
        }
        above = arrays(direct);
        sources = arrays(all);
        dependents = arrays(below);
    }

    private static List<BitSet> sets(int count) {
        var sets = new ArrayList<BitSet>();
        for (int i = 0; i < count; i++) {
            sets.add(new BitSet());
        }
        return sets;
    }

    private static int[][] arrays(List<BitSet> sets) {
        return sets.stream().map(s -> s.stream().toArray()).toArray(int[][]::new);
    }

    int[] above(int pipeline) {
        return above[pipeline];
    }

    int[] sources(int pipeline) {
        return sources[pipeline];
    }

    int[] dependents(int pipeline) {
        return dependents[pipeline];
    }
}
