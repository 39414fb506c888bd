using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>A network whose rows are scored in blocks.</summary>
/// <param name="FeatureColumnName">Column of features; the first categorical column where the network has none.</param>
/// <param name="Reconstruction">Adds its values to each row's scores; null for none.</param>
internal sealed record BlockNetwork(FeedForwardNetwork Network, string FeatureColumnName, Reconstruction? Reconstruction = null)
{
    /// <summary>Numbers that a row to score has.</summary>
    public int Inputs => Network.Inputs + Network.Embeddings.Count;
}
