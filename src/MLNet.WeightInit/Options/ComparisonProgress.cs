namespace MLNet.WeightInit;

/// <summary>Where a comparison stands, after one of its trainings.</summary>
public sealed class ComparisonProgress
{
    internal ComparisonProgress(int completed, int trainings, string initializer, long seed, float learningRate, double heldOutLoss)
    {
        Completed = completed;
        Trainings = trainings;
        Initializer = initializer;
        Seed = seed;
        LearningRate = learningRate;
        HeldOutLoss = heldOutLoss;
    }

    /// <summary>Trainings done, this one included.</summary>
    public int Completed { get; }

    /// <summary>Trainings in all.</summary>
    public int Trainings { get; }

    /// <summary>The initializer of the training that ended, with arguments.</summary>
    public string Initializer { get; }

    /// <summary>Its seed.</summary>
    public long Seed { get; }

    /// <summary>Its learning rate.</summary>
    public float LearningRate { get; }

    /// <summary>Its loss on the rows kept out, the last that was measured.</summary>
    public double HeldOutLoss { get; }
}
