using System.Globalization;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>Loss and metric of an epoch, for people.</summary>
internal static class LossText
{
    /// <param name="name">Of the metric.</param>
    public static string Of(double trainingLoss, double? validationLoss, double? trainingMetric, double? validationMetric, string name)
        => Text("loss", trainingLoss) + Part("validation loss", validationLoss) + Part(name, trainingMetric) + Part($"validation {name}", validationMetric);

    static string Part(string name, double? value) => value is { } number ? $", {Text(name, number)}" : "";

    static string Text(string name, double value) => string.Create(CultureInfo.InvariantCulture, $"{name} {value:G4}");
}
