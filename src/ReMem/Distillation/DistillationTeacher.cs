using ReMem.Distillation.Cache;
using ReMem.Models;

namespace ReMem.Distillation;

/// <summary>A teacher of a student.</summary>
/// <param name="Model">
/// A model with the student's classes in the same order, and the size of the batches' second views where there are any.
/// </param>
/// <param name="Cache">The cache of its outputs for the student's batches; null runs it live. Not disposed by the distiller.</param>
internal sealed record DistillationTeacher(ImageModel Model, TeacherCacheBuilder? Cache = null);
