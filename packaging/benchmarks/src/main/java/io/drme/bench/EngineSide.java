package io.drme.bench;

/** One candidate of {@link EngineBench}, in a process of its own. */
public interface EngineSide {
    /**
     * Does the work from the first scan on, with no state of an earlier run.
     *
     * @param scans how many to make and take
     * @return when all results are there
     */
    EngineTotals run(EngineWork.Case work, long scans) throws Exception;
}
