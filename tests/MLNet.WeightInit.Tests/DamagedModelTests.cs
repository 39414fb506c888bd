using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Entries of a saved model that were cut short or changed: refused as damaged, never with an error of the reader's own or a grab for memory.</summary>
[TestFixture("Label")]
[TestFixture(nameof(SampleRow.Values))]
[TestFixture(nameof(SampleRow.Value))]
[TestFixture("Heads")]
[TestFixture(nameof(SampleRow.Features))]
public sealed class DamagedModelTests
{
    static readonly Type[] s_refusals = [typeof(FormatException), typeof(InvalidDataException), typeof(EndOfStreamException), typeof(IOException)];

    readonly MLContext _context = new(seed: 1);
    readonly SortedDictionary<string, byte[]> _entries;

    public DamagedModelTests(string label)
    {
        IDataView data = Samples.View(_context, 60);
        _entries = ModelZip.Entries(ModelZip.Save(_context, _context.Transforms.NeuralNet(Options(label)).Fit(data), data.Schema));
    }

    /// <summary>The single value as quantiles, whose network file has a part of its own.</summary>
    static NeuralNetOptions Options(string label)
    {
        NeuralNetOptions options = Samples.Quick(label);
        if (label == nameof(SampleRow.Value))
            options.Loss = LossFunction.Quantiles(0.1, 0.5, 0.9);
        if (label == "Heads")
            options.Heads = ["Label", nameof(SampleRow.Value)];
        return options;
    }

    [Test]
    public void A_network_that_is_cut_short_or_changed_anywhere_is_refused() => AssertRefused("Network.bin", mayLoad: false);

    [Test]
    public void A_report_that_is_cut_short_or_changed_is_refused_unless_it_still_reads() => AssertRefused("report.json", mayLoad: true);

    [Test]
    public void An_entry_that_is_missing_is_named([Values("Network.bin", "report.json")] string name)
        => Assert.That(Innermost(Assert.Catch(() => Load(Key(name), null))!).Message, Does.Contain(name).And.Contain("damaged or was edited"));

    [Test]
    public void A_history_of_more_epochs_than_its_stream_holds_is_refused_before_it_is_allocated()
    {
        string key = _entries.Keys.Single(entry => entry.Replace('\\', '/').EndsWith("Model/Model.key", StringComparison.Ordinal));
        byte[] changed = [.. _entries[key]];
        int count = FindHistory(changed);
        BitConverter.TryWriteBytes(changed.AsSpan(count), 100_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception thrown = Assert.Catch(() => Load(key, changed))!;
        Assert.That(Innermost(thrown).Message, Does.Contain("100000000 epochs: the file is damaged"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(50 << 20));
    }

    /// <summary>The count before the first record, which is epoch 1 of 5.</summary>
    static int FindHistory(byte[] stream)
        => stream.AsSpan().IndexOf((ReadOnlySpan<byte>)[5, 0, 0, 0, 1, 0, 0, 0]);

    void AssertRefused(string name, bool mayLoad)
    {
        string key = Key(name);
        byte[] intact = _entries[key];
        var random = new RandomSource(1, "damage");
        for (int i = 0; i < 120; i++)
        {
            byte[] changed = [.. intact];
            if (i % 4 == 0)
                changed = changed[..random.NextInt32(changed.Length)];
            else
                changed[random.NextInt32(changed.Length)] ^= (byte)(1 << random.NextInt32(8));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception? thrown = null;
            try
            {
                Load(key, changed);
            }
            catch (Exception exception)
            {
                thrown = Innermost(exception);
            }
            if (thrown is not null || !mayLoad)
                Assert.That(s_refusals.Any(refusal => refusal.IsInstanceOfType(thrown)), Is.True, $"change {i}: {thrown?.ToString() ?? "it loaded"}");
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(50 << 20), $"change {i}");
        }
    }

    string Key(string name) => _entries.Keys.Single(entry => entry.EndsWith(name, StringComparison.Ordinal));

    ITransformer Load(string key, byte[]? changed)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string entry, byte[] content) in _entries)
            {
                if (entry == key && changed is null)
                    continue;
                using Stream stream = archive.CreateEntry(entry).Open();
                stream.Write(entry == key ? changed : content);
            }
        }
        return ModelZip.Load(_context, zip.ToArray());
    }

    /// <summary>ML.NET wraps what a loader throws in the exceptions of the reflection that called it.</summary>
    static Exception Innermost(Exception exception)
        => exception is TargetInvocationException or InvalidOperationException && exception.InnerException is { } inner ? Innermost(inner) : exception;
}
