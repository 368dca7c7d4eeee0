package io.drme.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;

/**
 * Runs one candidate: first what is checked, then ever longer until it is warm, then what is
 * measured. Prints one line each.
 */
public final class EngineRun {
    /** 30 s of the tags' time. */
    static final long CHECKED_SCANS = 300;

    /** How many scans a run of the warm-up has first, and the one whose allocation is taken off. */
    private static final long FIRST_SCANS = 200;

    private static final double WARM_CPU_SECONDS = 1.0;
    private static final double MEASURED_CPU_SECONDS = 2.5;

    private EngineRun() {}

    /**
     * Runs it.
     *
     * @param word the {@link EngineWork.Case}
     */
    public static void of(EngineSide side, String word, PrintStream out) throws Exception {
        var work = EngineWork.Case.of(word);
        out.println("checked " + side.run(work, CHECKED_SCANS));
        long scans = FIRST_SCANS;
        long cpu = cpuOf(side, work, scans);
        while (cpu < WARM_CPU_SECONDS * 1e9) {
            scans *= 2;
            cpu = cpuOf(side, work, scans);
        }
        scans = Math.max(FIRST_SCANS, (long) (scans * MEASURED_CPU_SECONDS * 1e9 / cpu));
        long starting = allocated();
        side.run(work, FIRST_SCANS);
        starting = allocated() - starting;
        long allocated = allocated();
        cpu = system().getProcessCpuTime();
        var totals = side.run(work, FIRST_SCANS + scans);
        cpu = system().getProcessCpuTime() - cpu;
        allocated = allocated() - allocated - starting;
        out.printf(
                "measured scans %d cpu %d more %d allocated %d %s%n",
                FIRST_SCANS + scans, cpu, scans, allocated, totals);
    }

    private static long cpuOf(EngineSide side, EngineWork.Case work, long scans) throws Exception {
        long cpu = system().getProcessCpuTime();
        side.run(work, scans);
        return system().getProcessCpuTime() - cpu;
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private static OperatingSystemMXBean system() {
        return (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    }
}
