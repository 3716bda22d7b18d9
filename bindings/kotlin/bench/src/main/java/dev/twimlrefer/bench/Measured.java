package dev.twimlrefer.bench;

import dev.twimlrefer.TransferState;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** What JMH measures, in microseconds. In Java, because its generator reads Java. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
public class Measured {
    @Benchmark
    public String ourDocument() {
        return Documents.INSTANCE.ourDocument();
    }

    @Benchmark
    public String theirDocument() {
        return Documents.INSTANCE.theirDocument();
    }

    @Benchmark
    public String ourUserToUser() {
        return Documents.INSTANCE.ourUserToUser();
    }

    @Benchmark
    public String theirUserToUser() {
        return Documents.INSTANCE.theirUserToUser();
    }

    @Benchmark
    public int ourVerify() {
        return Requests.INSTANCE.ourVerify();
    }

    @Benchmark
    public TransferState ourTransfer() {
        return Transfers.INSTANCE.ourTransfer();
    }

    @Benchmark
    public int theirVerify() {
        return Requests.INSTANCE.theirVerify();
    }
}
