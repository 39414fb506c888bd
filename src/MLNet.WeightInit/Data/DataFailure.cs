using System.Globalization;
using System.Reflection;

namespace MLNet.WeightInit;

/// <summary>What a data view threw while its rows were read, said so that the cause and its place are in the message.</summary>
internal static class DataFailure
{
    /// <summary>How ML.NET begins the message of the exception that it puts around another thread's.</summary>
    const string OfAnotherThread = "Splitter/consolidator worker";

    /// <summary>The exception itself, or the one that it brings from another thread, on which ML.NET reads where a step of the pipeline is worth it: what is around that says nothing of the cause.</summary>
    public static Exception CauseOf(Exception exception)
    {
        while (exception.InnerException is { } inner && (exception is TargetInvocationException or AggregateException || exception.Message.StartsWith(OfAnotherThread, StringComparison.Ordinal)))
            exception = inner;
        return exception;
    }

    /// <param name="when">In which reading, for the sentence.</param>
    /// <param name="rows">Usable ones before it.</param>
    /// <param name="advice">What to do.</param>
    public static InvalidOperationException Describe(Exception exception, string when, long rows, string advice)
    {
        Exception cause = CauseOf(exception);
        string atLeast = cause == exception ? "" : "at least ", end = cause.Message.EndsWith('.') ? "" : ".";        // other threads are some rows ahead
        return new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The data view failed {when}, after {atLeast}{rows:N0} usable rows: {cause.Message}{end} {advice}"), exception);
    }
}
