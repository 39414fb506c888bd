using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Tests.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>The names that a report gives to its rows and to what tensors started from.</summary>
internal sealed class HashTests
{
    static InitializationReport Report(string init, int epochs, long seed = 1) => NetworkTrainer.Train(Trainings.Rings(300), Trainings.Options(NetworkTask.Multiclass, 3, [8, 8], init: init, epochs: epochs, seed: seed)).Initialization;

    /// <summary>From Python: hashlib.sha256 of struct.pack('&lt;32f', 0.5, …) and of 8 zeros.</summary>
    [Test]
    public void Constants_have_the_hash_that_other_tools_give_them()
    {
        InitializationReport report = Report("constant(value=0.5)", epochs: 1);
        Assert.That(report.Plan.Take(2).Select(row => row.Sha256), Is.EqualTo(new[] { "8b638c68d36a45e81d93b060e489b0f2ca8259af3ceff785adcd0137bb18434f", "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925" }));
    }

    [Test]
    public void Hashes_are_of_what_training_starts_from([Values("he", "orthogonal", "auto")] string init)
    {
        TrainingResult start = NetworkTrainer.Train(Trainings.Rings(300), Trainings.Options(NetworkTask.Multiclass, 3, [8, 8], init: init, epochs: 0));
        string[] expected = [.. start.Network.DenseLayers.SelectMany(layer => new[] { layer.GetWeights(), layer.GetBiases() }).Select(values => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values))))];
        Assert.That(start.Initialization.Plan.Select(row => row.Sha256), Is.EqualTo(expected));
        InitializationReport trained = Report(init, epochs: 2), other = Report(init, epochs: 2, seed: 2);
        Assert.That(trained.Plan, Is.EqualTo(start.Initialization.Plan));
        Assert.That(trained.ProbeHash, Is.EqualTo(start.Initialization.ProbeHash).And.Not.EqualTo(other.ProbeHash));
        Assert.That(other.Plan[0].Sha256, Is.Not.EqualTo(trained.Plan[0].Sha256));
    }

    [Test]
    public void Vectors_of_categories_have_hashes_too()
    {
        TrainingResult start = NetworkTrainer.Train(Trainings.WithCategories(300), Trainings.Options(NetworkTask.Multiclass, 3, [8], epochs: 0) with { Embeddings = Trainings.Categories() });
        Assert.That(start.Initialization.Plan.Take(2).Select(row => row.Sha256), Is.EqualTo(start.Network.Embeddings.Select(table => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(table.GetVectors()))))));
    }

    [Test]
    public void A_plan_keeps_the_hashes_and_a_report_that_is_read_takes_them_from_it()
    {
        InitializationReport report = Report("he", epochs: 0);
        IReadOnlyDictionary<string, string> hashes = ReportJsonReader.ReadHashes(ReportJsonWriter.WritePlan(report));
        InitializationReport read = InitializationReport.FromJson(report.ToJson());
        Assert.That(read.Plan.Select(row => row.Sha256), Is.All.Null, "which would take too much room");
        Assert.That(read.With(hashes).Plan, Is.EqualTo(report.Plan));
        Assert.That(ReportJsonReader.ReadHashes(ReportJsonWriter.WritePlan(read)), Is.Empty);
        Assert.That(() => ReportJsonReader.ReadHashes(ReportJsonWriter.WritePlan(report)[..^2]), Throws.InstanceOf<InvalidDataException>());
    }
}
